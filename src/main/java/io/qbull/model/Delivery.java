package io.qbull.model;

/**
 * A job on its way to the route.
 *
 * @param job the job
 * @param lease under which it runs; its epoch fences the route's own side effects
 * @param attempt 1 for the first run
 */
public record Delivery(Job job, Lease lease, int attempt) {}
