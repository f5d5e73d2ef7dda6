package io.qbull.app.settings;

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
 * What the app was told, checked.
 *
 * @param pod the name of this process
 * @param redisUrl where the data is; null = the embedded Redis
 * @param queues the queues and how they are worked off
 * @param web the two HTTP servers
 * @param folders where files are
 * @param webhookUrl where the sample consumer posts jobs; null = nowhere
 * @param coalesce how messages are collected; null = they are not
 */
public record AppSettings(
        PodId pod,
        @Nullable String redisUrl,
        Queues queues,
        Web web,
        Folders folders,
        @Nullable URI webhookUrl,
        @Nullable Coalesce coalesce) {
    /**
     * @param names the queues that exist for HTTP clients
     * @param partitions P for a queue that does not exist yet
     * @param partitionsPerPod leases that this pod wants of each queue
     * @param leaseTtl how long a lease lives without renewal
     * @param options options of single queues, by queue and option name; they override the above
     */
    public record Queues(
            List<QueueName> names,
            int partitions,
            int partitionsPerPod,
            Duration leaseTtl,
            Map<QueueName, Map<String, String>> options) {}

    /**
     * @param http takes jobs
     * @param management health, metrics, state of the queues
     * @param token every request must carry it; null = no request needs one
     * @param keptHeaders request headers that jobs keep, besides the trace headers and the content type
     * @param connections open at once, of each server
     * @param bodyTimeout how long the body of a request may take; of a bulk request: how long nothing of it may come; also how
     *     long a connection may take to send the head of its next request
     * @param bulk what requests with many jobs may be like
     */
    public record Web(
            Address http,
            Address management,
            @Nullable String token,
            Set<String> keptHeaders,
            int connections,
            Duration bodyTimeout,
            Bulk bulk) {}

    /**
     * @param requestSize most bytes of a request; {@link Long#MAX_VALUE} = any
     * @param longestLine in bytes
     * @param deepest nesting of JSON
     * @param keyFields members that can be the key of a line without a body, the first that is there counts
     */
    public record Bulk(long requestSize, int longestLine, int deepest, List<String> keyFields) {}

    /**
     * @param host a name or an address of this machine
     * @param port 1 to 65535
     */
    public record Address(String host, int port) {
        /** What a person types into a browser. */
        public String url() {
            return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * @param home the top of the repository
     * @param routes the folder of the routes
     * @param data the folder of the inbox and of the embedded Redis
     * @param filesAtOnce files of the inbox that a pod reads at the same time
     */
    public record Folders(Path home, Path routes, Path data, int filesAtOnce) {
        /** Where files come in. */
        public Path inbox() {
            return data.resolve("inbox");
        }

        /** Where the embedded Redis has its files. */
        public Path redis() {
            return data.resolve("redis");
        }
    }

    /**
     * @param from queue of the messages
     * @param to queue of the jobs made of them
     * @param window how long messages of a key are collected
     * @param size most messages of one job
     */
    public record Coalesce(QueueName from, QueueName to, Duration window, int size) {}

    /** The same with an address of Redis, for the embedded one has none before it runs. */
    public AppSettings withRedisUrl(String url) {
        return new AppSettings(pod, url, queues, web, folders, webhookUrl, coalesce);
    }

    /** Without token and Redis URL, which may carry a password. */
    @Override
    public String toString() {
        return "AppSettings[pod=" + pod + ", queues=" + queues + ", folders=" + folders + "]";
    }
}
