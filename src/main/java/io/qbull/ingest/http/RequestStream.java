package io.qbull.ingest.http;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;

/**
 * The body of a request that nobody has read yet.
 *
 * @param request paused
 * @param loop the only place where it may be touched
 */
record RequestStream(HttpServerRequest request, Context loop) {}
