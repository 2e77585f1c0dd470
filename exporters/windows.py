"""What is to be said of the day on which a submission's extract is written. It is said; nothing is refused for it."""

from datetime import date

from validators.periods import ReportingPeriod


def said_of_window(period: ReportingPeriod, today: date) -> list[str]:
    """Sentences for a day before the end of the reporting period; none when all is well."""
    if today <= period.end:
        end = period.end.isoformat()
        return [f"The reporting period is not over: it ends on {end}, and what comes in until then is missing."]
    return []
