package io.qbull.bench;

import com.github.f4b6a3.ulid.UlidCreator;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.store.redis.raw.RawClient;
import io.qbull.store.redis.raw.RawQueue;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What an HTTP server for single jobs can do at best: Vert.x, the client of Redis and the script that adds jobs, and nothing between them.
 * As in the program, each partition has one call under way, and the jobs that arrive meanwhile are the next call. There is no thread but the
 * event loops and that of the connection, no Camel, no limit, no check, no timeout, and no repeat of a call without an answer.
 */
final class HttpFloor {
    private static final int PARTITIONS = 16;
    private static final int MOST_JOBS = 500;
    private static final Layout LAYOUT = new Layout(1, PARTITIONS);
    private static final QueueName FLOOR = new QueueName("FLOOR");
    private static final byte[] NONE = {};
    private static final byte[] ZERO = bytes("0");

    private final StatefulRedisConnection<byte[], byte[]> redis;
    private final List<Lane> lanes;

    private HttpFloor(StatefulRedisConnection<byte[], byte[]> redis) {
        this.redis = redis;
        this.lanes = IntStream.range(0, PARTITIONS)
                .mapToObj(index -> new Lane(new PartitionId(FLOOR, index)))
                .toList();
    }

    /**
     * Serves until the process ends.
     *
     * @param port to listen on
     * @param uri of an empty Redis
     */
    static void serve(int port, String uri) {
        try (RawClient opener = RawClient.open(uri)) {
            new RawQueue(opener, FLOOR, PARTITIONS).open();
        }
        RedisClient client = RedisClient.create(
                ClientResources.builder()
                        .nettyCustomizer(new NettyCustomizer() {
                            @Override
                            public void afterChannelInitialized(Channel channel) {
                                channel.pipeline().addFirst(new FlushConsolidationHandler(MOST_JOBS, true));
                            }
                        })
                        .build(),
                uri);
        HttpFloor floor = new HttpFloor(client.connect(ByteArrayCodec.INSTANCE));
        Vertx server = Vertx.vertx();
        server.createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(port))
                .requestHandler(request -> request.body().onSuccess(body -> floor.add(server, request, body)))
                .listen()
                .onSuccess(up -> System.out.println("up"));
    }

    private void add(Vertx server, HttpServerRequest request, Buffer body) {
        String key = request.getParam("key");
        String id = UlidCreator.getMonotonicUlid().toString();
        var loop = server.getOrCreateContext();
        lanes.get(LAYOUT.indexOf(KeyHash.XXH64, key))
                .add(new Job(
                        bytes(id),
                        bytes(key),
                        body.getBytes(),
                        status -> loop.runOnContext(now -> request.response()
                                .setStatusCode(status)
                                .putHeader("Content-Type", "application/json")
                                .end("{\"id\":\"" + id + "\"}"))));
    }

    /** Gets the status of the answer. */
    private interface Caller {
        void answer(int status);
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Job(byte[] id, byte[] key, byte[] body, Caller caller) {}

    private final class Lane {
        private final byte[][] keys;
        /** Guarded by this, as all that changes. */
        private List<Job> waiting = new ArrayList<>();

        private boolean underWay;
        private long number;

        Lane(PartitionId partition) {
            this.keys = Stream.of(
                            Keys.stream(partition),
                            Keys.call(partition, "floor"),
                            Keys.seal(partition),
                            Keys.seen(partition),
                            Keys.source(partition, ""),
                            Keys.delayed(partition),
                            Keys.delayedJobs(partition),
                            Keys.delayedIds(partition),
                            Keys.inbox(partition))
                    .map(HttpFloor::bytes)
                    .toArray(byte[][]::new);
        }

        synchronized void add(Job job) {
            waiting.add(job);
            if (!underWay) {
                send();
            }
        }

        private synchronized void next() {
            underWay = false;
            if (!waiting.isEmpty()) {
                send();
            }
        }

        /** Guarded by this. */
        private void send() {
            List<Job> jobs = waiting.subList(0, Math.min(MOST_JOBS, waiting.size()));
            waiting = new ArrayList<>(waiting.subList(jobs.size(), waiting.size()));
            underWay = true;
            List<byte[]> args = new ArrayList<>();
            args.addAll(List.of(bytes("1"), bytes(Long.toString(++number)), bytes("3600"), NONE, ZERO));
            jobs.forEach(job -> args.addAll(List.of(NONE, ZERO, NONE, job.id, job.key, job.body, NONE, NONE)));
            redis.async()
                    .<List<Object>>evalsha(
                            Script.ENQUEUE.sha(), ScriptOutputType.MULTI, keys, args.toArray(byte[][]::new))
                    .whenComplete((reply, error) -> {
                        next();
                        boolean added = error == null && "accepted".equals(text(reply.get(0)));
                        jobs.forEach(job -> job.caller.answer(added ? 202 : 500));
                    });
        }
    }

    private static String text(Object reply) {
        return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(reply);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
