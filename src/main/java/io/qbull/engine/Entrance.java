package io.qbull.engine;

import io.qbull.config.EnqueueSettings;

/**
 * The way into a queue for those who add many jobs at once.
 *
 * @param node adds the jobs
 * @param settings how
 */
public record Entrance(QueueNode node, EnqueueSettings settings) {}
