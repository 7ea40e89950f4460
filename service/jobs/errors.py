"""Why a job cannot be made, or stops: what its caller is told, and what its work is told."""

from __future__ import annotations

from typing import ClassVar

from models.errors import InputError


class JobError(InputError):
    """A job cannot be made or changed as asked."""

    code = "job"
    status: ClassVar[int] = 422


class JobNotFound(JobError):
    """There is no such job, or its files have been cleared away."""

    code = "job_not_found"
    status: ClassVar[int] = 404


class JobConflict(JobError):
    """The job's state does not allow this, or its idempotency key stands for something else."""

    code = "job_conflict"
    status: ClassVar[int] = 409


class Interrupted(BaseException):
    """Raised inside the work of a job to end it; no `except Exception` may swallow it."""


class Cancelled(Interrupted):
    """A person cancelled the job; what is done is kept."""


class HandedOver(Interrupted):
    """The process is stopping; another one goes on with the job."""


class LeaseLost(Interrupted):
    """Another process has taken the job up; this one may write no more."""
