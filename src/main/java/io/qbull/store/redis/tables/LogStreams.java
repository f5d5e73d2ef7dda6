package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.PartitionId;
import io.qbull.model.Segment;
import io.qbull.store.redis.client.Futures;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** Finds the streams of a partition's log, for people. */
final class LogStreams {
    private LogStreams() {}

    /** Sends a command about a key. */
    @FunctionalInterface
    interface Sender {
        CompletionStage<Reply> send(String key, Request request);
    }

    /**
     * @param sender sends the commands
     * @param partition a partition
     * @return how many entries each stream has, in the order of the log; the own stream is the last one
     */
    static CompletionStage<NavigableMap<Segment, Long>> lengths(Sender sender, PartitionId partition) {
        String staged = Keys.staged(partition);
        return sender.send(staged, Request.of(CommandType.HKEYS, staged)).thenCompose(names -> {
            List<Segment> segments = new ArrayList<>(List.of(Segment.OWN));
            for (int i = 0; i < names.size(); i++) {
                segments.add(Segment.parse(names.text(i)));
            }
            Collections.sort(segments);
            return Futures.all(segments.stream()
                            .map(segment -> length(sender, Keys.segment(partition, segment)))
                            .toList())
                    .thenApply(lengths -> {
                        NavigableMap<Segment, Long> streams = new TreeMap<>();
                        for (int i = 0; i < segments.size(); i++) {
                            streams.put(segments.get(i), lengths.get(i));
                        }
                        return streams;
                    });
        });
    }

    private static CompletionStage<Long> length(Sender sender, String stream) {
        return sender.send(stream, Request.of(CommandType.XLEN, stream)).thenApply(reply -> reply.number(0));
    }

    /**
     * @param lengths of all streams of a log
     * @return the first stream that has entries; the own one if none has
     */
    static Segment first(NavigableMap<Segment, Long> lengths) {
        return lengths.entrySet().stream()
                .filter(stream -> stream.getValue() > 0)
                .findFirst()
                .map(Map.Entry::getKey)
                .orElse(Segment.OWN);
    }

    /**
     * @param lengths of all streams of a log
     * @return how many entries the log has
     */
    static long total(NavigableMap<Segment, Long> lengths) {
        return lengths.values().stream().mapToLong(Long::longValue).sum();
    }
}
