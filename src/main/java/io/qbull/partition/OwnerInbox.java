package io.qbull.partition;

import io.qbull.model.Lease;
import io.qbull.model.StreamId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.DelayedJobs.Promotion;
import io.qbull.store.HeldJobs.Action;
import io.qbull.store.HeldJobs.Attended;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an owner does beside running jobs: he carries out what people ask about held keys, and moves delayed jobs into the stream when
 * they are due. On the event loop.
 */
final class OwnerInbox {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerInbox.class);
    private static final int MOST_PROMOTED = 100;
    /** More requests than these stay in Redis until some are carried out; it bounds the memory. */
    private static final int MOST_KNOWN = 100;
    /** A longer wait for the next delayed job is asked for anew, for Redis's clock counts, and clocks drift apart. */
    private static final Duration GLANCE = Duration.ofMinutes(1);

    private final Lease lease;
    private final Means means;
    private final HeldKeys held;
    private final FencedCommands commands;
    private final BooleanSupplier working;
    private final Events events;
    private final List<Instruction> instructions = new ArrayList<>();
    private StreamId told = StreamId.START;
    private boolean attending;
    private boolean promoting;
    private EventLoop.@Nullable Timer dueTimer;

    /**
     * What it works with.
     *
     * @param store where the partition is
     * @param loop runs everything
     * @param mostBytes are promoted at once
     */
    record Means(Store store, EventLoop loop, int mostBytes) {}

    /** Whom it tells. */
    interface Events {
        /** Jobs were added to the stream. */
        void promoted();

        /** Another fetch has to tell which delayed job is the next now. */
        void look();
    }

    /**
     * @param lease of the partition
     * @param means what it works with
     * @param held the keys that requests are about
     * @param commands of the owner
     * @param working whether the owner still does errands
     * @param events is told what has happened
     */
    OwnerInbox(
            Lease lease, Means means, HeldKeys held, FencedCommands commands, BooleanSupplier working, Events events) {
        this.lease = lease;
        this.means = means;
        this.held = held;
        this.commands = commands;
        this.working = working;
        this.events = events;
    }

    /** The last request that is known. */
    StreamId told() {
        return told;
    }

    /** Requests behind this one are worth a wake-up. */
    StreamId watchedFrom() {
        return instructions.size() < MOST_KNOWN ? told : StreamId.END;
    }

    /** Takes what a fetch has told, which asked for what is behind {@link #told}. */
    void plan(Agenda agenda) {
        for (Instruction each : agenda.instructions()) {
            if (instructions.size() < MOST_KNOWN) {
                instructions.add(each);
                told = each.id();
            }
        }
        if (!promoting) {
            awaitDue(agenda.dueIn());
        }
    }

    /**
     * Carries out the first request about a key of which no job runs and that no script touches; others wait for it only if they are
     * about the same key.
     *
     * @param notesOnly only what producers have noted is dealt with, not what people ask
     */
    void attend(boolean notesOnly) {
        if (attending) {
            return;
        }
        for (Instruction each : instructions) {
            boolean note = each.verb().equals(Instruction.DUE);
            HeldKey key = note ? null : held.find(each.key());
            if (note || (!notesOnly && (key == null || key.free()))) {
                attend(each, key);
                return;
            }
        }
    }

    private void attend(Instruction instruction, @Nullable HeldKey key) {
        Action action = action(instruction, key);
        HeldKey touched = action == Action.IGNORE ? null : held.touch(instruction.key());
        attending = true;
        commands.perform(() -> means.store().held().attend(lease, instruction, action), answer -> {
            if (instruction.verb().equals(Instruction.DUE)) {
                // As long as the note was there, nobody wrote another one.
                events.look();
            } else {
                LOG.info("{} instruction {} from a person: {}", lease, instruction.verb(), action);
            }
            attending = false;
            instructions.remove(instruction);
            if (touched != null && answer instanceof Attended.Done done) {
                held.waitFor(touched, done.pause(), means.loop().nanoTime());
                held.untouch(touched);
            }
        });
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

    private void awaitDue(@Nullable Duration dueIn) {
        if (dueTimer != null) {
            dueTimer.cancel();
            dueTimer = null;
        }
        if (dueIn != null) {
            dueTimer = means.loop().schedule(dueIn.compareTo(GLANCE) < 0 ? dueIn : GLANCE, this::promote);
        }
    }

    private void promote() {
        if (promoting || !working.getAsBoolean()) {
            return;
        }
        promoting = true;
        commands.perform(() -> means.store().delayed().promote(lease, MOST_PROMOTED, means.mostBytes()), answer -> {
            promoting = false;
            if (answer instanceof Promotion.Promoted done) {
                if (done.count() > 0) {
                    events.promoted();
                }
                awaitDue(done.dueIn());
            }
        });
    }

    /** There is no owner any more. */
    void clear() {
        instructions.clear();
        awaitDue(null);
    }
}
