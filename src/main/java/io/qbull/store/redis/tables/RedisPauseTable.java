package io.qbull.store.redis.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.model.Layout;
import io.qbull.model.Pause;
import io.qbull.model.Pause.Scope;
import io.qbull.model.Pauses;
import io.qbull.model.QueueName;
import io.qbull.store.PauseTable;
import io.qbull.store.redis.client.Announcements;
import io.qbull.store.redis.client.ChangeNumbers;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What people pause, as fields of a queue's layout in Redis: {@code docs/protocol.md} says which. Thread-safe. */
public final class RedisPauseTable implements PauseTable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String QUEUE = "paused";
    private static final String NEW_JOBS = "paused:new";
    private static final String PARTITION = "paused:p:";
    private static final String KEY = "paused:k:";

    private final CommandRouter router;
    private final Announcements announcements;
    private final ChangeNumbers numbers;
    private volatile boolean closed;

    /**
     * @param router sends the commands; owners must not wait behind bulk data
     * @param announcements hears other processes
     * @param numbers says whether something was changed, for all stores over the same connections
     */
    public RedisPauseTable(CommandRouter router, Announcements announcements, ChangeNumbers numbers) {
        this.router = router;
        this.announcements = announcements;
        this.numbers = numbers;
    }

    @Override
    public CompletionStage<Pauses> pauses(QueueName queue, Pauses known) {
        return known.read()
                ? RedisErrors.translate(version(queue)
                        .thenCompose(version -> version.equals(known.version())
                                ? CompletableFuture.completedStage(known)
                                : read(router, queue)))
                : RedisErrors.translate(read(router, queue));
    }

    private CompletionStage<String> version(QueueName queue) {
        return closed
                ? RedisErrors.failed(RedisErrors.unavailable("the connections to Redis are closed"))
                : numbers.of(Keys.layout(queue));
    }

    /** All that is paused. */
    static CompletionStage<Pauses> read(CommandRouter router, QueueName queue) {
        return router.run(Script.PAUSES, List.of(Keys.layout(queue)), List.of())
                .thenApply(answer -> pauses(answer.reply()));
    }

    private static Pauses pauses(Reply reply) {
        if (!reply.tag().equals("pauses")) {
            throw reply.unknown();
        }
        Reply cells = reply.list(2);
        List<Pause> all = new ArrayList<>();
        for (int i = 0; i + 4 < cells.size(); i += 5) {
            Scope scope = scope(cells.text(i));
            if (scope != null) {
                all.add(pause(scope, cells, i));
            }
        }
        return new Pauses(reply.text(1), all);
    }

    private static Pause pause(Scope scope, Reply cells, int at) {
        long until = Long.parseLong(cells.text(at + 2));
        long left = Long.parseLong(cells.text(at + 3));
        JsonNode text = json(cells.text(at + 4));
        return new Pause(
                scope,
                text.path("by").asText("somebody"),
                text.path("reason").asText(""),
                Long.parseLong(cells.text(at + 1)),
                until == 0 ? null : (Long) until,
                until == 0 ? null : Duration.ofMillis(left));
    }

    /** What another program wrote there pauses all the same. */
    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode();
        }
    }

    private static @Nullable Scope scope(String field) {
        if (field.equals(QUEUE)) {
            return new Scope.Queue();
        }
        if (field.equals(NEW_JOBS)) {
            return new Scope.NewJobs();
        }
        if (field.matches(PARTITION + "\\d{1,5}")) {
            int index = Integer.parseInt(field, PARTITION.length(), field.length(), 10);
            return index < Layout.MOST_PARTITIONS ? new Scope.Partition(index) : null;
        }
        return field.startsWith(KEY) && field.length() > KEY.length()
                ? new Scope.Key(field.substring(KEY.length()))
                : null;
    }

    private static String field(Scope scope) {
        if (scope instanceof Scope.Partition one) {
            return PARTITION + one.index();
        }
        if (scope instanceof Scope.Key one) {
            return KEY + one.key();
        }
        return scope instanceof Scope.NewJobs ? NEW_JOBS : QUEUE;
    }

    @Override
    public CompletionStage<Change> pause(QueueName queue, Scope scope, String by, String reason, End end) {
        Duration after = end.after();
        Long at = end.atMillis();
        List<byte[]> args = RedisJobLog.args(
                field(scope),
                after == null ? "" : Long.toString(after.toMillis()),
                at == null ? "" : at.toString(),
                JSON.createObjectNode().put("by", by).put("reason", reason).toString(),
                Integer.toString(MOST_KEYS),
                Keys.announcements(queue),
                Announcements.PAUSES);
        return change(router.run(Script.PAUSE, List.of(Keys.layout(queue)), args));
    }

    @Override
    public CompletionStage<Change> resume(QueueName queue, Set<Scope> scopes) {
        List<String> args = new ArrayList<>(List.of(Keys.announcements(queue), Announcements.PAUSES));
        scopes.forEach(scope -> args.add(field(scope)));
        return change(
                router.run(Script.RESUME, List.of(Keys.layout(queue)), RedisJobLog.args(args.toArray(String[]::new))));
    }

    private static CompletionStage<Change> change(CompletionStage<CommandRouter.RoutedReply> answer) {
        return RedisErrors.translate(
                answer.thenApply(routed -> switch (routed.reply().tag()) {
                    case "done" -> Change.DONE;
                    case "absent" -> Change.ABSENT;
                    case "partition" -> Change.NO_PARTITION;
                    case "many" -> Change.TOO_MANY_KEYS;
                    case "nothing" -> Change.NOTHING;
                    default -> throw routed.reply().unknown();
                }));
    }

    @Override
    public CompletionStage<AutoCloseable> changes(QueueName queue, Runnable changed) {
        return announcements.listen(this, queue, message -> {
            if (message.equals(Announcements.PAUSES)) {
                changed.run();
            }
        });
    }

    /** Hears no more announcements. Does not block. */
    public void close() {
        closed = true;
        announcements.leave(this);
    }
}
