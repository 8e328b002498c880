"""What a scratch server is initialised, started and connected to with."""

from __future__ import annotations

SUPERUSER = "postgres"
PORT = 5432
"""Part of the socket's name; nothing listens on the network."""

INITDB_OPTIONS = (
    f"--username={SUPERUSER}",
    "--auth=trust",  # nobody else can enter the socket's directory
    "--encoding=UTF8",
    "--locale=C",  # the same order and the same messages on every machine
    "--no-sync",
    "--no-instructions",
    "--wal-segsize=1",  # MB; 16 would be most of what there is to unpack
)
"""Options of ``initdb``; the cache keeps one data directory for each set of them."""

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "checkpoint_timeout": "1h",
    "shared_buffers": "32MB",
    # A script that creates or drops thousands of relations locks each of them until it commits.
    # The room is the product of both, 300 bytes each.
    "max_connections": "64",
    "max_locks_per_transaction": "2048",
    "max_logical_replication_workers": "0",
    # A killed server must leave nothing in /dev/shm: this puts it into the data directory.
    "dynamic_shared_memory_type": "mmap",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",
    "log_checkpoints": "off",
}
"""Settings of every scratch server; its data need not outlive a crash of the machine."""

CONNECTION = {
    "client_encoding": "UTF8",
    "options": "",
    "hostaddr": "",
    "requirepeer": "",
    "sslmode": "disable",
    "gssencmode": "disable",
    "channel_binding": "disable",
    "target_session_attrs": "any",
}
"""What libpq would else take from the caller's environment (PGOPTIONS and so on)."""
