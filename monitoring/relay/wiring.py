"""Builds a relay from its settings: the one place where clock, network and database are made."""

import random
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from monitoring.relay import limits
from monitoring.relay.app import Relay
from monitoring.relay.arrivals import PrometheusArrivals
from monitoring.relay.decider import Decider
from monitoring.relay.evidence import PrometheusAlerts
from monitoring.relay.exporter import Counters, StoreCollector
from monitoring.relay.gitlab import GitlabPipelines
from monitoring.relay.intake import Intake
from monitoring.relay.policy import Policy
from monitoring.relay.prometheus import Prometheus
from monitoring.relay.settings import Settings
from monitoring.relay.signature import Senders
from monitoring.relay.starter import Patience, Starter
from monitoring.relay.store import Store
from monitoring.relay.tables import engine
from monitoring.relay.worker import Worker


def wire(settings: Settings) -> Relay:
    """Return the parts of a relay, put together."""
    store = Store(engine(settings.database_url), keep=timedelta(days=settings.keep_webhooks_days))
    registry = CollectorRegistry()
    counters = Counters(registry, settings.models)
    registry.register(StoreCollector(store, settings.models))
    prometheus = None
    if settings.prometheus_url:
        prometheus = Prometheus(settings.prometheus_url, timeout=settings.timeout_seconds)
    evidence = None if prometheus is None else PrometheusAlerts(prometheus, clock=_now)
    return Relay(
        store=store,
        intake=Intake(
            store,
            models=settings.models,
            longest=timedelta(seconds=settings.longest_seconds),
            pause=timedelta(seconds=settings.pause_seconds),
            clock=_now,
            counters=counters,
            evidence=evidence,
        ),
        worker=Worker(
            store,
            models=settings.models,
            decider=Decider(
                store=store,
                policy=_policy(settings),
                clock=_now,
                counters=counters,
                limits=limits.read(),
                evidence=evidence,
                arrivals=None if prometheus is None else PrometheusArrivals(prometheus),
                look=timedelta(seconds=settings.look_seconds),
            ),
            starter=_starter(settings, store, counters),
            counters=counters,
            clock=_now,
        ),
        senders=_senders(settings),
        counters=counters,
        registry=registry,
        clock=_now,
        max_body_bytes=settings.max_body_bytes,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _policy(settings: Settings) -> Policy:
    days = settings.every_days
    return Policy(
        cooldown=timedelta(seconds=settings.cooldown_seconds),
        daily_budget=settings.daily_budget,
        drift_rows=settings.drift_rows,
        fall_rows=settings.fall_rows,
        growth=settings.growth,
        carry=settings.carry,
        quiet=timedelta(seconds=settings.quiet_seconds),
        pause=timedelta(seconds=settings.pause_seconds),
        every=None if days is None else timedelta(days=days),
    )


def _starter(settings: Settings, store: Store, counters: Counters) -> Starter:
    pipelines = GitlabPipelines(
        settings.gitlab_url,
        project=settings.project,
        ref=settings.ref,
        trigger_token=settings.trigger_token.get_secret_value(),
        read_token=settings.read_token.get_secret_value(),
        timeout=settings.timeout_seconds,
    )
    patience = Patience(
        settle=settings.settle_seconds,
        backoff=settings.backoff_seconds,
        backoff_limit=settings.backoff_limit_seconds,
        attempts=settings.attempts,
        poll=settings.poll_seconds,
    )
    return Starter(
        store,
        pipelines,
        patience=patience,
        counters=counters,
        clock=_now,
        random=random.Random().random,
    )


def _senders(settings: Settings) -> Senders:
    bearer, secret = settings.bearer_token, settings.hmac_secret
    return Senders(
        bearer=bearer.get_secret_value() if bearer else None,
        secret=secret.get_secret_value() if secret else None,
        signature_header=settings.signature_header,
        timestamp_header=settings.timestamp_header,
        max_age=settings.max_age_seconds,
    )
