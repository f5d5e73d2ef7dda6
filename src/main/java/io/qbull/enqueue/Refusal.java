package io.qbull.enqueue;

import java.time.Duration;

/** Why a partition takes no jobs, and what a person can do about it. */
enum Refusal {
    /** No answer, or no connection. */
    AWAY(
            Duration.ofSeconds(2),
            "they are tried again until it works; if Redis is up, check its address and the network"),
    /** The connection ends whenever the call is sent. */
    CUT(
            Duration.ofSeconds(2),
            "see the log of Redis: its client-query-buffer-limit, or a limit of a proxy, may be below the size of a call"),
    /** Out of memory, a failing disk, or too few replicas. */
    FULL(Duration.ZERO, "let the queues drain, drop dead letters, or give Redis more memory, disk or replicas"),
    /** Redis refuses the command. */
    MISCONFIGURED(Duration.ZERO, "a person must correct the rights, the configuration or the keys of Redis"),
    /** The partition is sealed for another layout version than the current one. */
    OTHER_LAYOUT(
            Duration.ofSeconds(10),
            "the seal of the partition and the layout of the queue do not agree: docs/protocol.md says who writes them"),
    /** The limit that the producer was given. */
    CROWDED(Duration.ofSeconds(10), "more pods or a faster route work the backlog off; maxBacklog sets the limit"),
    /** An answer that makes no sense. */
    UNEXPECTED(Duration.ZERO, "jobs may have been added: another program may have written to the keys of the queue");

    private final Duration patience;
    private final String advice;

    Refusal(Duration patience, String advice) {
        this.patience = patience;
        this.advice = advice;
    }

    /** How long it must last before a line of the log tells of it: what passes sooner refuses no job, or is told elsewhere. */
    Duration patience() {
        return patience;
    }

    /** What to do. */
    String advice() {
        return advice;
    }

    /** Whether the node is at fault, and not the number of jobs. */
    boolean fault() {
        return this != CROWDED;
    }
}
