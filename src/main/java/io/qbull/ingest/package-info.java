/**
 * Takes in jobs over HTTP and from files. Reads requests and files within bounds, takes queue, key and id only from the places where
 * they are allowed, and reports the outcome of each job. The YAML files in {@code routes/ingest/} combine these steps into routes.
 */
@NullMarked
package io.qbull.ingest;

import org.jspecify.annotations.NullMarked;
