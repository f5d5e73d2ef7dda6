package io.qbull.store.redis.raw;

import static io.qbull.store.redis.raw.RawClient.bytes;
import static io.qbull.store.redis.raw.RawClient.text;

import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.qbull.model.PartitionId;
import io.qbull.store.redis.schema.Keys;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads streams by a blocking read on a connection of its own, and deletes what it has read. Runs on threads of the client. */
public final class RawReader implements AutoCloseable {
    private static final long BLOCK_MILLIS = 100;
    private static final long ENTRIES = 128;

    private final RawClient client;
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final RawSink sink;
    /** Name of a stream to the last entry that was read. */
    private final Map<String, String> last = new LinkedHashMap<>();

    private volatile boolean closed;

    private RawReader(RawClient client, RawSink sink) {
        this.client = client;
        this.connection = client.another();
        this.sink = sink;
    }

    static RawReader start(RawClient client, List<PartitionId> partitions, RawSink sink) {
        RawReader reader = new RawReader(client, sink);
        partitions.forEach(partition -> reader.last.put(Keys.stream(partition), "0-0"));
        reader.next();
        return reader;
    }

    /** Ends after the read under way. */
    @Override
    public void close() {
        closed = true;
    }

    private void next() {
        @SuppressWarnings({"unchecked", "rawtypes"}) // Arrays have no type parameters.
        XReadArgs.StreamOffset<byte[]>[] from = last.entrySet().stream()
                .map(each -> XReadArgs.StreamOffset.from(bytes(each.getKey()), each.getValue()))
                .toArray(XReadArgs.StreamOffset[]::new);
        connection
                .async()
                .xread(XReadArgs.Builder.block(BLOCK_MILLIS).count(ENTRIES), from)
                .whenComplete((entries, error) -> {
                    if (closed || error != null) {
                        var unused = connection.closeAsync();
                        return;
                    }
                    entries.forEach(this::take);
                    next();
                });
    }

    private void take(StreamMessage<byte[], byte[]> entry) {
        entry.getBody().forEach((field, value) -> {
            if (text(field).equals("body")) {
                sink.take(value);
            }
        });
        last.put(text(entry.getStream()), entry.getId());
        var unused = client.async().xdel(entry.getStream(), entry.getId());
    }
}
