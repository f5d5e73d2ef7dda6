package io.qbull.engine;

import io.qbull.config.EnqueueSettings;
import java.util.concurrent.Executor;

/**
 * The way into a queue for code that adds many jobs at once.
 *
 * @param node adds the jobs
 * @param settings how to add them
 * @param continuations runs what follows an answer of the node, whose own threads must not block; rejects nothing
 */
public record QueueWriter(QueueNode node, EnqueueSettings settings, Executor continuations) {}
