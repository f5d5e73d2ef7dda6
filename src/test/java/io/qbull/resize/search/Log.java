package io.qbull.resize.search;

import io.qbull.model.EntryId;
import io.qbull.model.LogPart;
import io.qbull.model.Position;
import io.qbull.model.StreamId;
import io.qbull.resize.LogEntry;
import io.qbull.resize.search.Item.Stored;
import io.qbull.resize.search.Partition.Waiting;
import java.util.ArrayList;
import java.util.List;

/** The log of a partition as a move reads it. */
final class Log {
    private final Scenario scenario;

    Log(Scenario scenario) {
        this.scenario = scenario;
    }

    /** The jobs of a part, in the order of their positions; of the stream, those in front of the marker. */
    List<LogEntry<Item.OfJob>> entries(Partition partition, LogPart part, int version) {
        if (part.equals(LogPart.DELAYED)) {
            return partition.delayed().stream()
                    .sorted()
                    .map(job -> entry(position(job), new Item.Delayed(job)))
                    .toList();
        }
        if (part.equals(LogPart.HELD)) {
            return partition.held().stream().map(this::held).toList();
        }
        List<LogEntry<Item.OfJob>> entries = new ArrayList<>();
        for (Stored stored : partition.entries(part)) {
            if (stored.item() instanceof Item.Marker marker && marker.version() >= version) {
                break;
            }
            if (stored.item() instanceof Item.OfJob item) {
                entries.add(entry(position(part, stored), item));
            }
        }
        return entries;
    }

    private LogEntry<Item.OfJob> held(Waiting waiting) {
        return entry(position(waiting), new Item.Held(waiting.job(), waiting.place(), waiting.attempted()));
    }

    private LogEntry<Item.OfJob> entry(Position position, Item.OfJob item) {
        return new LogEntry<>(position, scenario.hashOf(item.job()), item);
    }

    /** The partition without jobs at these positions. */
    Partition without(Partition partition, LogPart part, List<Position> delete) {
        if (part.equals(LogPart.DELAYED)) {
            return partition.withDelayed(Lists.without(partition.delayed(), job -> delete.contains(position(job))));
        }
        if (part.equals(LogPart.HELD)) {
            return partition.withHeld(Lists.without(partition.held(), waiting -> delete.contains(position(waiting))));
        }
        return partition.withEntries(
                part, Lists.without(partition.entries(part), stored -> delete.contains(position(part, stored))));
    }

    private static Position position(int delayed) {
        return Position.ofDelayed(delayed, "0");
    }

    private static Position position(Waiting waiting) {
        return Position.ofHeld("key" + waiting.key(), waiting.place());
    }

    private static Position position(LogPart part, Stored stored) {
        return Position.ofEntry(new EntryId(part.segment(), new StreamId(0, stored.id())));
    }
}
