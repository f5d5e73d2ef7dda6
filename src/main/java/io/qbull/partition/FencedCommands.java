package io.qbull.partition;

import io.qbull.model.Lease;
import io.qbull.runtime.EventLoop;
import io.qbull.store.OwnerAnswer;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The owner's commands under way, each repeated until it is answered; the scripts are safe to repeat. On the event loop. */
final class FencedCommands {
    private static final Duration RETRY = Duration.ofMillis(100);

    private final Subject subject;
    private final EventLoop loop;
    private final Reachability reachability;
    private final Runnable fenced;
    private final Runnable answered;
    private int underWay;
    /** How often commands were marked. */
    private int marks;
    /** Commands sent before the last mark that wait for their answer. */
    private int marked;

    private boolean ended;

    /**
     * @param lease under which they run
     * @param context runs what follows them, and hears whether they are answered
     * @param fenced called when Redis refuses one: the lease has ended
     * @param answered called after each answer, when what follows from it is done
     */
    FencedCommands(Lease lease, PumpContext context, Runnable fenced, Runnable answered) {
        this.subject = Subject.jobs(lease.partition().index());
        this.loop = context.loop();
        this.reachability = context.reachability();
        this.fenced = fenced;
        this.answered = answered;
    }

    /** How many wait for their answer. */
    int underWay() {
        return underWay;
    }

    /** Marks the commands that are under way. */
    void mark() {
        marks++;
        marked = underWay;
    }

    /** Whether all that were marked last are answered. */
    boolean markedAnswered() {
        return marked == 0;
    }

    /** Repeats nothing more and ignores all answers. */
    void end() {
        ended = true;
    }

    /**
     * @param command sends it, again each time it is called
     * @param done called with the answer, unless that is a refusal
     */
    <T extends OwnerAnswer> void perform(Supplier<CompletionStage<T>> command, Consumer<T> done) {
        underWay++;
        attempt(command, marks, done);
    }

    private <T extends OwnerAnswer> void attempt(Supplier<CompletionStage<T>> command, int sentAt, Consumer<T> done) {
        if (ended) {
            return;
        }
        send(command)
                .whenComplete((answer, failure) -> loop.execute(() -> {
                    if (ended) {
                        return;
                    }
                    if (answer == null) {
                        reachability.unanswered(subject, failure);
                        loop.schedule(RETRY, () -> attempt(command, sentAt, done));
                        return;
                    }
                    reachability.answered(subject);
                    underWay--;
                    marked -= sentAt < marks ? 1 : 0;
                    if (answer.fenced()) {
                        fenced.run();
                    } else {
                        done.accept(answer);
                        answered.run();
                    }
                }));
    }

    /** A command that cannot even be sent, for example because there is no memory for it, is one without an answer: its sender goes on. */
    static <T> CompletionStage<T> send(Supplier<CompletionStage<T>> command) {
        try {
            return command.get();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
