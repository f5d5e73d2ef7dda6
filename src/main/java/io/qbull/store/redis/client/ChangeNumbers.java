package io.qbull.store.redis.client;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.Causes;
import io.qbull.store.StoreException;
import io.qbull.store.redis.schema.Script;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Reads the numbers of the last changes of what is paused, for all queues of a process. While a command is under way, further questions
 * wait, and go together with the next one. In a cluster each has a command of its own, because each layout is in another slot.
 * Thread-safe.
 */
public final class ChangeNumbers {
    /** Few enough that Redis serves others soon. */
    private static final int MOST_TOGETHER = 256;

    private static final String FIELD = "pauses";

    private final ServerTopology topology;
    private final CommandRouter router;
    /** Guarded by itself. */
    private final Deque<Question> waiting = new ArrayDeque<>();
    /** Whether a command is under way. Guarded by {@link #waiting}. */
    private boolean asking;

    private record Question(String layout, CompletableFuture<String> answer) {}

    ChangeNumbers(ServerTopology topology) {
        this.topology = topology;
        this.router = new CommandRouter(topology, Traffic.LEASES, () -> false);
    }

    /**
     * @param layout key of a queue's layout
     * @return the number; 0 if nothing was ever paused
     */
    public CompletionStage<String> of(String layout) {
        if (topology.clustered()) {
            return alone(layout);
        }
        Question question = new Question(layout, new CompletableFuture<>());
        boolean first;
        synchronized (waiting) {
            waiting.add(question);
            first = !asking;
            asking = true;
        }
        if (first) {
            askNext();
        }
        return question.answer;
    }

    private void askNext() {
        List<Question> together = takeNext();
        if (!together.isEmpty()) {
            router.run(Script.CHANGES, together.stream().map(Question::layout).toList(), List.of())
                    .whenComplete((answer, failure) -> {
                        askNext();
                        if (failure == null) {
                            answer(together, answer.reply());
                        } else if (Causes.bare(failure) instanceof StoreException.Unavailable) {
                            together.forEach(each -> each.answer.completeExceptionally(failure));
                        } else {
                            askAlone(together);
                        }
                    });
        }
    }

    private List<Question> takeNext() {
        List<Question> together = new ArrayList<>();
        synchronized (waiting) {
            while (!waiting.isEmpty() && together.size() < MOST_TOGETHER) {
                together.add(waiting.removeFirst());
            }
            asking = !together.isEmpty();
        }
        return together;
    }

    private static void answer(List<Question> together, Reply numbers) {
        for (int i = 0; i < together.size(); i++) {
            together.get(i).answer.complete(numbers.text(i));
        }
    }

    /** One of the layouts, of which the rights or the type are wrong, or a cluster that was not known yet, has failed all. */
    private void askAlone(List<Question> together) {
        together.forEach(each -> alone(each.layout).whenComplete((number, failure) -> {
            if (failure == null) {
                each.answer.complete(number);
            } else {
                each.answer.completeExceptionally(failure);
            }
        }));
    }

    private CompletionStage<String> alone(String layout) {
        return router.send(layout, Request.of(CommandType.HGET, layout, FIELD)).thenApply(reply -> {
            String number = reply.textOrNull(0);
            return number == null ? "0" : number;
        });
    }
}
