"""Who is told: contact points, the policy that chooses among them, and when nobody is.

Secrets are read from files that must exist when Grafana starts, not from variables, which may be
missing in silence; and they stand only in fields that Grafana stores as secrets.
"""

from typing import Any

from monitoring.alerts import PAGE, RETRAIN
from monitoring.grafana.alert_rules import escaped

RELAY, PEOPLE, MAINTENANCE = "perennial-relay", "perennial-people", "perennial-maintenance"
RELAY_URL = "$PERENNIAL_RELAY_URL"
HMAC_SECRET = "$__file{/run/secrets/relay_hmac_secret}"
# What the relay looks for; it signs no time, since the relay knows each incident only once anyway.
SIGNATURE_HEADER = "X-Grafana-Alerting-Signature"
PEOPLE_TYPE = "$PERENNIAL_PEOPLE_TYPE"
PEOPLE_ADDRESSES = "$PERENNIAL_PEOPLE_ADDRESSES"
PEOPLE_URL = "$PERENNIAL_PEOPLE_URL"
# Grafana's own alerts where a rule could not be read; they carry the rule's labels.
NOT_READ = "DatasourceError|DatasourceNoData"
# Mute timings that hold back pages; none by default. Retrains are never held back: the relay has
# a cooldown and a budget for that.
MUTED: tuple[str, ...] = ()


def contact_points() -> dict[str, Any]:
    """Return the relay, and people by e-mail or chat as a variable says."""
    relay = {
        "url": RELAY_URL,
        "httpMethod": "POST",
        "hmacConfig": {"secret": HMAC_SECRET, "header": SIGNATURE_HEADER},
    }
    people = {"addresses": PEOPLE_ADDRESSES, "url": PEOPLE_URL, "singleEmail": True}
    return {
        "apiVersion": 1,
        "contactPoints": [
            # The relay needs what is resolved too: when an incident's alerts ended.
            _contact_point(RELAY, "webhook", relay),
            _contact_point(PEOPLE, PEOPLE_TYPE, people),
        ],
    }


def _contact_point(name: str, kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    receiver = {
        "uid": name,
        "type": kind,
        "disableResolveMessage": False,
        "settings": settings,
    }
    return {"orgId": 1, "name": escaped(name), "receivers": [receiver]}


def policies() -> dict[str, Any]:
    """Return the one tree of the organisation: retrains to the relay, all else to people.

    It replaces every policy that was there. Waits are those of alertmanager.yml; an incident that
    a cooldown held back is asked for again at the next repeat.
    """
    muted = {"mute_time_intervals": list(MUTED)} if MUTED else {}
    return {
        "apiVersion": 1,
        "policies": [
            {
                "orgId": 1,
                "receiver": PEOPLE,
                "group_by": ["alertname", "model"],
                "group_wait": "30s",
                "group_interval": "5m",
                "repeat_interval": "4h",
                "routes": [
                    _route(PEOPLE, ["alertname", "=~", NOT_READ], group_by=["alertname"]),
                    {
                        **_route(RELAY, ["action", "=", RETRAIN["action"]], group_by=["model"]),
                        "group_wait": "10s",
                        "group_interval": "1m",
                        "repeat_interval": "1h",
                    },
                    {
                        **_route(PEOPLE, ["action", "=", PAGE["action"]], group_by=["alertname"]),
                        **muted,
                    },
                ],
            }
        ],
    }


def _route(receiver: str, matcher: list[str], *, group_by: list[str]) -> dict[str, Any]:
    return {
        "receiver": receiver,
        "object_matchers": [[escaped(part) for part in matcher]],
        "group_by": group_by,
    }


def mute_timings() -> dict[str, Any]:
    """Return an example, which no policy uses until its name stands in MUTED."""
    window = {
        "times": [{"start_time": "02:00", "end_time": "04:00"}],
        "weekdays": ["sunday"],
        "location": "UTC",
    }
    return {
        "apiVersion": 1,
        "muteTimes": [{"orgId": 1, "name": MAINTENANCE, "time_intervals": [window]}],
    }
