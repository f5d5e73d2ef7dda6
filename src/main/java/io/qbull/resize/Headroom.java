package io.qbull.resize;

import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.store.Examiner;
import io.qbull.store.Examiner.Server;
import io.qbull.store.Rounds;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * Whether Redis has memory for a resize. What moves is in two partitions for a while, and a stream gives back memory only when whole
 * nodes of it are empty; a move is carried on in a full Redis, so this is asked before it begins. Thread-safe.
 */
public final class Headroom {
    private static final int SERVERS_AT_ONCE = 64;

    private final Examiner examiner;

    /**
     * @param examiner of an open store
     */
    public Headroom(Examiner examiner) {
        this.examiner = examiner;
    }

    /**
     * A server that has not enough memory.
     *
     * @param needed bytes that arrive there
     * @param left bytes that it has left
     */
    public record Shortage(long needed, long left) {}

    /**
     * @param queue the queue
     * @param plan the resize
     * @param bytes that each of the old partitions takes, by index
     * @return a server with too little memory, if there is one
     */
    CompletionStage<Optional<Shortage>> shortage(QueueName queue, ResizePlan plan, List<Long> bytes) {
        List<Integer> targets = IntStream.range(0, plan.resize().to()).boxed().toList();
        return Rounds.of(SERVERS_AT_ONCE, targets, index -> examiner.server(new PartitionId(queue, index)))
                .thenApply(servers -> shortage(plan, bytes, servers));
    }

    private static Optional<Shortage> shortage(ResizePlan plan, List<Long> bytes, List<Server> servers) {
        Map<String, Shortage> byServer = new HashMap<>();
        for (int target = 0; target < servers.size(); target++) {
            Server server = servers.get(target);
            byServer.merge(server.id(), new Shortage(arriving(plan, target, bytes), left(server)), Headroom::together);
        }
        return byServer.values().stream()
                .filter(each -> each.needed() > each.left())
                .findFirst();
    }

    /** What a server has left changes while it is asked again and again; the last answer counts. */
    private static Shortage together(Shortage before, Shortage last) {
        return new Shortage(before.needed() + last.needed(), last.left());
    }

    private static long arriving(ResizePlan plan, int target, List<Long> bytes) {
        return (long) plan.feeders(target).stream()
                .filter(source -> source != target)
                .mapToDouble(source -> bytes.get(source) * plan.share())
                .sum();
    }

    private static long left(Server server) {
        return server.limitBytes() == 0 ? Long.MAX_VALUE : Math.max(0, server.limitBytes() - server.usedBytes());
    }
}
