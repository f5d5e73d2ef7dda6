package io.qbull.store.redis.raw;

import static io.qbull.store.redis.raw.RawClient.bytes;
import static io.qbull.store.redis.raw.RawClient.text;

import io.qbull.model.PartitionId;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** Fetches and commits jobs of several partitions until enough are committed. Runs on threads of the client. */
final class RawDrain {
    private static final String BYTES = Integer.toString(1 << 20);
    /** The value of the fourth field, {@code body}. */
    private static final int BODY = 7;

    private final RawClient client;
    private final int batch;
    private final RawSink sink;
    private final AtomicLong left;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    RawDrain(RawClient client, long jobs, int batch, RawSink sink) {
        this.client = client;
        this.batch = batch;
        this.sink = sink;
        this.left = new AtomicLong(jobs);
    }

    /** Begins with a partition under its lease. */
    void begin(PartitionId partition, String owner, String epoch) {
        new Part(partition, owner, epoch).fetch();
    }

    CompletionStage<Void> end() {
        return end;
    }

    private final class Part {
        private final List<String> keys;
        private final byte[] owner;
        private final byte[] epoch;
        private byte[] last = bytes("0-0");

        Part(PartitionId partition, String owner, String epoch) {
            this.keys = List.of(
                    Keys.lease(partition),
                    Keys.stream(partition),
                    Keys.attempts(partition),
                    Keys.inbox(partition),
                    Keys.delayed(partition),
                    Keys.seal(partition),
                    Keys.started(partition),
                    Keys.moved(partition),
                    Keys.staged(partition));
            this.owner = bytes(owner);
            this.epoch = bytes(epoch);
        }

        void fetch() {
            List<byte[]> args = List.of(owner, epoch, last, bytes(Integer.toString(batch)), bytes(BYTES), bytes("0-0"));
            client.run(Script.FETCH, keys, args).whenComplete((reply, error) -> {
                if (error != null) {
                    end.completeExceptionally(error);
                } else if (!text(reply.get(0)).equals("entries")) {
                    end.completeExceptionally(new IllegalStateException("a fetch was answered " + text(reply.get(0))));
                } else {
                    fetched(new Reply("fetch", reply).packed(2).lists());
                }
            });
        }

        private void fetched(List<Reply> entries) {
            if (end.isDone()) {
                return;
            }
            if (entries.isEmpty()) {
                client.soon(this::fetch);
                return;
            }
            List<byte[]> done = new ArrayList<>(entries.size() + 2);
            done.add(owner);
            done.add(epoch);
            for (Reply entry : entries) {
                last = entry.bytes(0);
                done.add(last);
                sink.take(entry.list(1).bytes(BODY));
            }
            commit(done);
            fetch();
        }

        private void commit(List<byte[]> done) {
            client.run(Script.COMMIT, keys.subList(0, 3), done).whenComplete((reply, error) -> {
                if (error != null) {
                    end.completeExceptionally(error);
                } else if (!text(reply.get(0)).equals("done")) {
                    end.completeExceptionally(new IllegalStateException("a commit was answered " + text(reply.get(0))));
                } else if (left.addAndGet(2L - done.size()) <= 0) {
                    end.complete(null);
                }
            });
        }
    }
}
