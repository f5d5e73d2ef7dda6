package io.qbull.partition;

import io.qbull.model.StreamId;
import io.qbull.runtime.LogLimit;
import io.qbull.store.HeldJobs.Action;
import io.qbull.store.HeldJobs.Attended;
import io.qbull.store.JobLog.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what people ask about held keys, one request at a time, and clears the notes that wake the owner. On the event loop. */
final class OwnerInbox {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerInbox.class);
    /** More requests than these stay in Redis until some are carried out; it bounds the memory. */
    private static final int MOST_KNOWN = 100;

    private final LeasedPartition partition;
    private final Fetcher fetcher;
    private final Predicate<String> touchable;
    private final LogLimit lines;
    private final List<Instruction> instructions = new ArrayList<>();
    private StreamId told = StreamId.START;
    private @Nullable Instruction underWay;

    /**
     * @param partition of the owner
     * @param fetcher reads the requests
     * @param touchable whether a request about a key may be carried out; the others wait
     */
    OwnerInbox(LeasedPartition partition, Fetcher fetcher, Predicate<String> touchable) {
        this.partition = partition;
        this.fetcher = fetcher;
        this.touchable = touchable;
        this.lines = new LogLimit(partition.loop()::nanoTime);
    }

    /** The last request that is known. */
    StreamId told() {
        return told;
    }

    /** Requests behind this one are worth a wake-up. */
    StreamId watchedFrom() {
        return instructions.size() < MOST_KNOWN ? told : StreamId.END;
    }

    /** Takes what a fetch has read behind {@link #told}. */
    void add(List<Instruction> read) {
        for (Instruction each : read) {
            if (instructions.size() < MOST_KNOWN) {
                instructions.add(each);
                told = each.id();
            }
        }
    }

    /**
     * Carries out the first request about a key of which no job runs and that no command touches. Other requests wait only for
     * those before them about the same key.
     *
     * @param notesOnly whether only notes are dealt with, not what people ask
     */
    void attend(boolean notesOnly) {
        if (underWay != null) {
            return;
        }
        for (Instruction each : instructions) {
            boolean note = each.note();
            HeldKey key = note ? null : partition.held().find(each.key());
            boolean free = key == null ? !comes(each) : key.free();
            if (note || (!notesOnly && free && touchable.test(each.key()))) {
                attend(each, key);
                return;
            }
        }
    }

    /** Whether the job may not have been read yet that comes here in a resize; before it a request about it would be lost. */
    private boolean comes(Instruction request) {
        return partition.prefetched().cursor().segments().keySet().stream()
                .anyMatch(segment -> segment.toString().equals(request.from()));
    }

    private void attend(Instruction instruction, @Nullable HeldKey key) {
        Action action = action(instruction, key);
        HeldKey touched = action == Action.IGNORE ? null : partition.held().touch(instruction.key());
        underWay = instruction;
        partition
                .commands()
                .perform(() -> partition.store().held().attend(partition.lease(), instruction, action), answer -> {
                    if (instruction.note()) {
                        // While the note was there nobody wrote another one.
                        fetcher.call();
                        if (instruction.log()) {
                            fetcher.expectMore();
                        }
                    } else {
                        log(instruction, action);
                    }
                    underWay = null;
                    instructions.remove(instruction);
                    if (touched != null && answer instanceof Attended.Done done) {
                        partition.held().waitFor(touched, done.pause(), partition.now());
                        partition.held().untouch(touched);
                    }
                });
    }

    private void log(Instruction instruction, Action action) {
        lines.log(
                instruction.verb() + action,
                more -> LOG.info(
                        "{} request {} from a person: {}{}", partition.lease(), instruction.verb(), action, more));
    }

    private static Action action(Instruction instruction, @Nullable HeldKey key) {
        if (key == null) {
            return Action.IGNORE;
        }
        return switch (instruction.verb()) {
            case "retry" -> Action.RETRY;
            case "drop" -> Action.DROP;
            default -> Action.IGNORE;
        };
    }

    /** The lease has ended. */
    void end() {
        instructions.clear();
    }
}
