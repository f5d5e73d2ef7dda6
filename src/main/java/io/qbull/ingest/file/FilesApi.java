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

/** Shows over HTTP how far this pod has read its files. The server that mounts it decides on path and access. */
public final class FilesApi implements Handler<RoutingContext> {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FileIngest files;
    private final PodId pod;

    /**
     * @param files the reading
     * @param pod that reads
     */
    public FilesApi(FileIngest files, PodId pod) {
        this.files = files;
        this.pod = pod;
    }

    @Override
    public void handle(RoutingContext http) {
        List<Map<String, Object>> all =
                files.progress().stream().map(this::members).toList();
        http.response().putHeader("Content-Type", "application/json");
        http.end(Buffer.buffer(bytes(all)));
    }

    private Map<String, Object> members(FileProgress progress) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("queue", progress.file().queue().value());
        members.put("file", progress.file().name());
        members.put("ulid", progress.file().source().value());
        members.put("pod", pod.value());
        members.put("bytes", progress.bytes());
        members.put("size", progress.size());
        members.put("share", progress.share());
        members.put("records", progress.records());
        members.put("rate", progress.rate());
        members.put("rejected", progress.rejected());
        members.put("state", progress.waiting() ? "waiting" : "reading");
        return members;
    }

    private static byte[] bytes(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of texts and numbers did not become JSON", e);
        }
    }
}
