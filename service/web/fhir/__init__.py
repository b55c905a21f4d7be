"""The national interface in FHIR R4: what the SAS platform asks, and is answered."""
