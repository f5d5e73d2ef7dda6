package io.qbull.app.settings;

import io.qbull.ingest.record.FileText;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the app, checked.
 *
 * @param pod the name of this process
 * @param redisUrl the Redis that has the data; null = the embedded one
 * @param queues the queues and how their jobs are run
 * @param web the two HTTP servers
 * @param ingest the ways in for jobs whose routes run, besides those of the person
 * @param folders where the files are
 * @param webhookUrl where the sample consumer posts jobs; null = nowhere
 * @param coalesce how messages are collected; null = not at all
 */
public record AppSettings(
        PodId pod,
        @Nullable String redisUrl,
        Queues queues,
        Web web,
        Set<Ingest> ingest,
        Folders folders,
        @Nullable URI webhookUrl,
        @Nullable Coalesce coalesce) {
    /**
     * @param names the queues that exist for HTTP clients
     * @param partitions how many a queue gets when it is created
     * @param partitionsPerPod how many leases of each queue this pod wants: a number, or {@code auto}
     * @param leaseTtl how long a lease lasts without renewal
     * @param defaults other options of the component, by the name that the person used; they hold for all queues
     * @param options of single queues, by queue and name; they override the settings above
     * @param texts how the files of single queues are written, if not as UTF-8 with commas
     */
    public record Queues(
            List<QueueName> names,
            int partitions,
            String partitionsPerPod,
            Duration leaseTtl,
            Map<String, ComponentOption> defaults,
            Map<QueueName, Map<String, String>> options,
            Map<QueueName, FileText> texts) {}

    /**
     * @param http takes jobs
     * @param management health, metrics, state of the queues
     * @param hosts that requests may be for, besides those of this machine; canonical
     * @param token that every request must carry; null = none
     * @param keptHeaders request headers that jobs keep, besides the trace headers and the content type
     * @param connections the most that are open at once on each server
     * @param bodyTimeout how long the body of a request may take, how long a bulk request may pause, and how long a connection may
     *     take to send the head of its next request
     * @param bulk limits of requests with many jobs
     */
    public record Web(
            Address http,
            Address management,
            Set<String> hosts,
            @Nullable String token,
            Set<String> keptHeaders,
            int connections,
            Duration bodyTimeout,
            Bulk bulk) {}

    /**
     * @param requestSize the most bytes of a request; {@link Long#MAX_VALUE} = no limit
     * @param longestLine the most bytes of a line
     * @param deepest the deepest nesting of JSON
     * @param keyFields members of a line without a body that can be its key; the first one present counts
     */
    public record Bulk(long requestSize, int longestLine, int deepest, List<String> keyFields) {}

    /**
     * @param host a name or an address of this machine
     * @param port 1 to 65535
     */
    public record Address(String host, int port) {
        /** The address for a browser. */
        public String url() {
            return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * @param home the top of the repository
     * @param routes the folder of the routes, which a person chooses; without the ingest routes
     * @param data the folder of the inbox and of the embedded Redis
     * @param fileQuiet how long a file of the inbox must not change before it counts as complete
     * @param filesAtOnce how many files of the inbox a pod reads at the same time
     */
    public record Folders(Path home, Path routes, Path data, Duration fileQuiet, int filesAtOnce) {
        /** The folder of the ingest routes, which come with the app. */
        public Path ingestRoutes() {
            return home.resolve("routes").resolve("ingest");
        }

        /** The folder of incoming files. */
        public Path inbox() {
            return data.resolve("inbox");
        }

        /** The folder of the embedded Redis. */
        public Path redis() {
            return data.resolve("redis");
        }
    }

    /**
     * @param from queue of the messages
     * @param to queue of the jobs made of them
     * @param window the collection window of a key
     * @param size the most messages of one job
     */
    public record Coalesce(QueueName from, QueueName to, Duration window, int size) {}

    /** The same settings with the address of Redis. The embedded one has no address before it runs. */
    public AppSettings withRedisUrl(String url) {
        return new AppSettings(pod, url, queues, web, ingest, folders, webhookUrl, coalesce);
    }

    /** Leaves out the token and the Redis URL, which may contain a password. */
    @Override
    public String toString() {
        return "AppSettings[pod=" + pod + ", queues=" + queues + ", folders=" + folders + "]";
    }
}
