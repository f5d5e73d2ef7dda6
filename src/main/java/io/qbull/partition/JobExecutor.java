package io.qbull.partition;

import io.qbull.model.JobHandler;
import java.util.concurrent.Executor;

/**
 * Runs jobs.
 *
 * @param handler handles one job
 * @param workers provides the threads on which the handler runs
 */
public record JobExecutor(JobHandler handler, Executor workers) {}
