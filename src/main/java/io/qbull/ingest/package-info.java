/**
 * How jobs come in over HTTP: reads a request as raw bytes within bounds, takes queue, key and id from where they may stand
 * and from nowhere else, and answers with JSON. The routes that join these steps are YAML files in {@code routes/}.
 */
@NullMarked
package io.qbull.ingest;

import org.jspecify.annotations.NullMarked;
