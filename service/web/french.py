"""What the service says in French, by error code; without an entry the English stands."""

from collections.abc import Mapping

FRENCH: Mapping[str, str] = {
    "invalid": "La demande est mal formée",
    "idempotency_key.reused": "Cette clé d'idempotence appartient à une autre demande",
    "body.too_large": "La demande est trop longue",
    "not_found": "Cela n'existe pas",
    "hold_expired": "La réservation provisoire est terminée",
    "if_match.missing": "Indiquez la version modifiée : envoyez son ETag dans If-Match",
    "unauthenticated": "Envoyez le jeton : `Authorization: Bearer …`",
    "slot_taken": "La place est déjà réservée",
    "slot_held": "Quelqu'un d'autre retient cette place",
    "slot_begun": "L'heure de cette place est passée",
    "slot_withdrawn": "Cette place n'est plus proposée",
    "walk_in_not_bookable": "Une plage sans rendez-vous ne se réserve pas",
    "session_full": "La plage a reçu tout ce qu'elle peut recevoir",
    "no_place_free": "Aucune place libre ne répond au besoin",
    "booking_closed": "Ce rendez-vous est déjà clos",
    "roster_exists": "Un tour de rôle existe pour ces semaines : envoyez son ETag dans If-Match pour le refaire",
    "roster_published": "Le tour de rôle est publié : il s'amende, avec un motif",
    "roster_not_ready": "Le tour de rôle n'est pas dans l'état voulu",
    "session_begun": "La plage a commencé : ce qui est publié ne change plus",
    "seat_booked": "Des patients ont rendez-vous : annulez ou déplacez d'abord leurs rendez-vous",
    "publication_notice": "La première plage commence avant le préavis de publication du territoire",
    "stale_version": "Quelqu'un d'autre a enregistré entre-temps : rechargez et recommencez",
    "still_referred": "Quelque chose y fait encore référence",
    "already_there": "Une entrée porte déjà cet identifiant",
    "rules_broken": "Le changement enfreint des règles du tour de rôle",
    "unavailable": "Une partie du service ne répond pas : réessayez dans un instant",
    "commune.unknown": "Commune inconnue",
    "time.nonexistent": "Cette heure n'existe pas : changement d'heure cette nuit-là",
    "time.ambiguous": "Cette heure existe deux fois : changement d'heure cette nuit-là",
    "case_ref.personal_data_suspected": "Cela ressemble aux données d'une personne : envoyez le seul numéro du dossier",
    "json.malformed": "Ce n'est pas du JSON",
    "key.unknown": "Champ inconnu",
    "key.missing": "Champ manquant",
    "date.past": "Cette date est passée",
    "date.order": "Le dernier jour précède le premier",
    "time.order": "La fin ne suit pas le début",
    "rule.overlap": "Cette disponibilité en chevauche une autre",
    "pledge.zero": "Un engagement de 0 minute n'engage à rien",
    "period.too_long": "La période est trop longue",
    "reference.unknown": "Ce qui est nommé n'existe pas",
    "id.mismatch": "L'identifiant n'est pas celui de l'adresse",
    "rpps.duplicate": "Ce numéro RPPS est déjà celui de quelqu'un d'autre",
    "template.outside_snp_window": "Hors des heures de soins non programmés",
    "template.no_stop": "Le médicobus n'a pas d'arrêt ce jour-là",
}


def in_french(code: str, english: str) -> str:
    return FRENCH.get(code, english)
