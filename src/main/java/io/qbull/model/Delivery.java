package io.qbull.model;

/**
 * A job for the route.
 *
 * @param job the job
 * @param lease lease under which it runs; its epoch can fence the side effects of the route
 * @param attempt 1 for the first run
 */
public record Delivery(Job job, Lease lease, int attempt) {}
