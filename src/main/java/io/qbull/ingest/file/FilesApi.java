package io.qbull.ingest.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.model.PodId;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tells over HTTP how far a pod has come with its files. Whoever mounts it decides where and who may ask. */
public final class FilesApi implements Handler<RoutingContext> {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FileIngest files;
    private final PodId pod;

    /**
     * @param files that are read
     * @param pod that reads them
     */
    public FilesApi(FileIngest files, PodId pod) {
        this.files = files;
        this.pod = pod;
    }

    @Override
    public void handle(RoutingContext http) {
        List<Map<String, Object>> all =
                files.sights().stream().map(this::members).toList();
        http.response().putHeader("Content-Type", "application/json");
        http.end(Buffer.buffer(bytes(all)));
    }

    private Map<String, Object> members(FileProgress sight) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("queue", sight.file().queue().value());
        members.put("file", sight.file().name());
        members.put("ulid", sight.file().source().value());
        members.put("pod", pod.value());
        members.put("bytes", sight.bytes());
        members.put("size", sight.size());
        members.put("share", sight.share());
        members.put("records", sight.records());
        members.put("rate", sight.rate());
        members.put("rejected", sight.rejected());
        members.put("state", sight.waiting() ? "waiting" : "reading");
        return members;
    }

    private static byte[] bytes(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers became no JSON", e);
        }
    }
}
