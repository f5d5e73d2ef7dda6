package io.qbull.it;

import io.qbull.it.History.PodLife;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;

/** Pods that are contexts of this JVM: quick to start, and never killed. */
final class LocalPods implements AutoCloseable {
    private final Path folder;
    private final String redisUri;
    private final String uri;
    private final Map<String, CamelContext> contexts = new LinkedHashMap<>();
    private final Map<String, EventLog> logs = new LinkedHashMap<>();

    /**
     * @param uri of the consumers, to which {@code podId} is added
     */
    LocalPods(Path folder, String redisUri, String uri) {
        this.folder = folder;
        this.redisUri = redisUri;
        this.uri = uri;
    }

    /** Starts a pod; each has a name of its own. */
    CamelContext start(String podId, PodRoute.Flavour flavour) {
        return start(podId, flavour, "");
    }

    /** Starts a pod with more options, {@code &a=b}. */
    CamelContext start(String podId, PodRoute.Flavour flavour, String options) {
        try {
            EventLog log = new EventLog(file(podId));
            logs.put(podId, log);
            CamelContext context = PodMain.context(redisUri, uri + "&podId=" + podId + options, flavour, log);
            contexts.put(podId, context);
            context.start();
            log.add(new Event.Up(System.nanoTime()));
            return context;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    List<Event> events(String podId) {
        try {
            return EventLog.read(file(podId));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<PodLife> history() {
        return contexts.keySet().stream()
                .map(podId -> new PodLife(podId, events(podId), History.NEVER))
                .toList();
    }

    private Path file(String podId) {
        return folder.resolve(podId + ".events");
    }

    @Override
    public void close() {
        contexts.values().forEach(CamelContext::stop);
        for (EventLog log : logs.values()) {
            try {
                log.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
