package io.qbull.ingest.http;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;

/**
 * The unread body of a request.
 *
 * @param request paused
 * @param open the requests that are to be ended when the route stops
 * @param loop the event loop, on which alone the request may be used
 */
record RequestStream(HttpServerRequest request, OpenRequests open, Context loop) {}
