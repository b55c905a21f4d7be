"""tourderole schedules unscheduled primary care in a health territory, in turn and provably."""
