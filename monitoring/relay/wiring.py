"""Builds a relay from its settings: the one place where clock, network and database are made."""

import random
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from monitoring.relay import limits
from monitoring.relay.app import Relay
from monitoring.relay.evidence import PrometheusAlerts
from monitoring.relay.exporter import Counters, StoreCollector
from monitoring.relay.gitlab import GitlabPipelines
from monitoring.relay.intake import Intake
from monitoring.relay.policy import Policy
from monitoring.relay.settings import Settings
from monitoring.relay.signature import Senders
from monitoring.relay.store import Store
from monitoring.relay.tables import engine
from monitoring.relay.worker import Patience, Worker


def wire(settings: Settings) -> Relay:
    """Return the parts of a relay, put together."""
    store = Store(engine(settings.database_url), keep=timedelta(days=settings.keep_webhooks_days))
    registry = CollectorRegistry()
    counters = Counters(registry, settings.models)
    registry.register(StoreCollector(store, settings.models))
    return Relay(
        store=store,
        intake=_intake(settings, store, counters),
        worker=_worker(settings, store, counters),
        senders=_senders(settings),
        counters=counters,
        registry=registry,
        clock=_now,
        max_body_bytes=settings.max_body_bytes,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _intake(settings: Settings, store: Store, counters: Counters) -> Intake:
    policy = Policy(
        cooldown=timedelta(seconds=settings.cooldown_seconds),
        daily_budget=settings.daily_budget,
        longest=timedelta(seconds=settings.longest_seconds),
    )
    evidence = None
    if settings.prometheus_url:
        evidence = PrometheusAlerts(
            settings.prometheus_url, timeout=settings.timeout_seconds, clock=_now
        )
    return Intake(
        store,
        models=settings.models,
        policy=policy,
        clock=_now,
        counters=counters,
        limits=limits.read(),
        evidence=evidence,
    )


def _worker(settings: Settings, store: Store, counters: Counters) -> Worker:
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
    return Worker(
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
