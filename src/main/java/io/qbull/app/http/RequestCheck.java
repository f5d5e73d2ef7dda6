package io.qbull.app.http;

import io.qbull.ingest.http.Problem;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** A reason to refuse requests, whatever their path. Called on the event loop of the request. */
interface RequestCheck {
    /**
     * @param request its body is not read yet
     * @return why the request is refused; null = this check has nothing against it
     */
    @Nullable
    Problem refusal(HttpServerRequest request);
}
