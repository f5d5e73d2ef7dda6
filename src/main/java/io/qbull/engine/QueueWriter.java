package io.qbull.engine;

import io.qbull.config.EnqueueSettings;
import java.util.concurrent.Executor;

/**
 * The way into a queue for those who add many jobs at once.
 *
 * @param node adds the jobs
 * @param settings how
 * @param goOn runs what comes after an answer of the node, whose own threads must not be blocked; rejects nothing
 */
public record QueueWriter(QueueNode node, EnqueueSettings settings, Executor goOn) {}
