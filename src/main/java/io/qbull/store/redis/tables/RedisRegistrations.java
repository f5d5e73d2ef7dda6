package io.qbull.store.redis.tables;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Capacity;
import io.qbull.model.Layout;
import io.qbull.model.PodId;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LayoutTable.Pod;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registrations of pods in Redis. The entries are read here and not by a script, so that Redis does not spend its time on them.
 * Thread-safe.
 */
final class RedisRegistrations {
    private static final Logger LOG = LoggerFactory.getLogger(RedisRegistrations.class);
    private static final JsonMapper JSON = new JsonMapper();

    /** How long a pod may be silent that does not say so: as long as with the usual settings. */
    private static final Duration UNLESS_SAID = Duration.ofSeconds(15);

    private final CommandRouter router;
    private final String process = ProcessName.unique();

    RedisRegistrations(CommandRouter router) {
        this.router = router;
    }

    CompletionStage<PodsView> register(
            QueueName queue, PodId pod, Capacity capacity, List<Integer> owned, Duration staleAfter, PodsView known) {
        String partitions = owned.stream().map(String::valueOf).collect(Collectors.joining(","));
        String patience = Long.toString(staleAfter.toMillis());
        List<byte[]> args =
                RedisJobLog.args(pod.value(), members(capacity), partitions, patience, process, known.version());
        return RedisErrors.translate(router.run(Script.REGISTER, List.of(Keys.pods(queue)), args)
                .thenCompose(answer -> switch (answer.reply().tag()) {
                    case "same" ->
                        CompletableFuture.completedStage(
                                withTwin(known, Printable.of(answer.reply().text(1))));
                    case "pods" -> judged(queue, new LivingPod(pod, capacity), answer.reply(), staleAfter);
                    default -> throw answer.reply().unknown();
                }));
    }

    /** Members of the JSON of an entry. */
    private static String members(Capacity capacity) {
        return "\"capacity\":" + capacity.limit() + ",\"most\":" + capacity.most()
                + (capacity.fairShare() ? ",\"fair\":true" : "");
    }

    CompletionStage<Void> unregister(QueueName queue, PodId pod) {
        String key = Keys.pods(queue);
        return RedisErrors.translate(
                router.send(key, Request.of(CommandType.HDEL, key, pod.value())).thenApply(reply -> null));
    }

    /**
     * @param reply pods, each followed by its JSON
     * @return those that can be read
     */
    static List<Pod> pods(Reply reply) {
        List<Pod> pods = new ArrayList<>();
        for (int i = 0; i + 1 < reply.size(); i += 2) {
            Entry entry = Entry.read(reply, i);
            if (entry.id != null) {
                pods.add(entry.pod(entry.id));
            }
        }
        return List.copyOf(pods);
    }

    private PodsView withTwin(PodsView known, String twin) {
        return twin.equals(known.twin()) ? known : new PodsView(known.version(), known.pods(), process, twin);
    }

    /** Takes the living pods from the entries, and has those removed that seem to be dead. */
    private CompletionStage<PodsView> judged(QueueName queue, LivingPod me, Reply reply, Duration staleAfter) {
        long now = Long.parseLong(reply.text(3));
        List<LivingPod> living = new ArrayList<>(List.of(me));
        List<byte[]> doubtful = RedisJobLog.args(Long.toString(staleAfter.toMillis()));
        Reply entries = reply.list(4);
        for (int i = 0; i + 1 < entries.size(); i += 2) {
            Entry entry = Entry.read(entries, i);
            if (me.id().equals(entry.id)) {
                continue;
            }
            boolean stale = entry.staleAt(staleAfter) < now;
            if (entry.id != null && !stale) {
                living.add(new LivingPod(entry.id, entry.capacity()));
            }
            if (entry.id == null || stale || entry.seen() > now) {
                doubtful.add(entries.bytes(i));
            }
        }
        living.sort(Comparator.comparing(LivingPod::id));
        String twin = Printable.of(reply.text(2));
        return left(queue, doubtful, reply.text(1)).thenApply(left -> new PodsView(left, living, process, twin));
    }

    /** The number of entries once the dead pods are removed. It does not matter here if they are not: another pod will try. */
    private CompletionStage<String> left(QueueName queue, List<byte[]> doubtful, String before) {
        return doubtful.size() == 1
                ? CompletableFuture.completedStage(before)
                : router.run(Script.PRUNE, List.of(Keys.pods(queue)), doubtful)
                        .handle((left, error) -> left == null
                                ? before
                                : Long.toString(left.reply().number(0)));
    }

    /**
     * An entry of the list.
     *
     * @param id the pod; null if no pod of QBull wrote the entry
     * @param json what the entry says
     */
    private record Entry(@Nullable PodId id, JsonNode json) {
        static Entry read(Reply entries, int at) {
            try {
                return new Entry(new PodId(entries.text(at)), JSON.readTree(entries.bytes(at + 1)));
            } catch (IllegalArgumentException | IOException e) {
                LOG.debug("An entry in the reply to {} is not a pod", entries.command(), e);
                return new Entry(null, JSON.missingNode());
            }
        }

        long seen() {
            return json.path("seen").asLong(-1);
        }

        /** When the pod has been silent for too long, ms since 1970; in the past if the entry cannot be read. */
        long staleAt(Duration unlessSaid) {
            JsonNode said = json.path("ttl");
            return seen() < 0 ? -1 : seen() + (said.isNumber() ? said.asLong() : unlessSaid.toMillis());
        }

        /** An entry without the most is of an older release; so is one that says what cannot be. */
        Capacity capacity() {
            int said = Math.max(0, json.path("capacity").asInt());
            int most = Math.max(said, json.path("most").asInt(Layout.MOST_PARTITIONS));
            return new Capacity(json.path("fair").asBoolean() ? Capacity.FAIR_SHARE : said, most);
        }

        Pod pod(PodId pod) {
            List<Integer> owned = new ArrayList<>();
            json.path("partitions").forEach(index -> owned.add(index.asInt()));
            return new Pod(
                    pod,
                    json.path("capacity").asInt(),
                    List.copyOf(owned),
                    json.path("started").asLong(),
                    json.path("seen").asLong(),
                    Printable.of(json.path("process").asText()),
                    Printable.of(json.path("twin").asText()),
                    capacity(),
                    staleAt(UNLESS_SAID));
        }
    }
}
