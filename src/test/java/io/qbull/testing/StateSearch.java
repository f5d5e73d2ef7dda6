package io.qbull.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Visits every state of a model, breadth first, so that the first violation has the shortest way to it. In the end it looks whether the
 * goal can be reached from every state without another fault.
 *
 * @param <S> a state
 */
public final class StateSearch<S> {
    private static final int NOWHERE = -1;

    private final SearchModel<S> model;
    private final int most;
    private final StateTable table;
    /** Of each state, the one from which it was found first. */
    private final IntList parents = new IntList();
    /** Of each state that was expanded, where its edges begin in {@link #edges}. */
    private final IntList firstEdges = new IntList();
    /** States that follow without a fault. */
    private final IntList edges = new IntList();

    private @Nullable String violation;
    private int violated = NOWHERE;

    /**
     * What was found.
     *
     * @param states number of states
     * @param depth steps to the state that is farthest from the beginning
     * @param violation what is wrong; null if nothing is
     * @param trace the steps that lead to it
     */
    public record Result(int states, int depth, @Nullable String violation, List<String> trace) {
        /** The counterexample, a step in a line. */
        @Override
        public String toString() {
            String found = violation == null ? "" : ": " + violation + "\n  " + String.join("\n  ", trace);
            return states + " states, depth " + depth + found;
        }
    }

    private StateSearch(SearchModel<S> model, int most) {
        this.model = model;
        this.most = most;
        this.table = new StateTable(model.parts(model.initial()).size());
    }

    /**
     * @param model what to search
     * @param most number of states
     * @param <S> a state
     * @return what was found
     * @throws IllegalStateException if there are more states
     */
    public static <S> Result of(SearchModel<S> model, int most) {
        return new StateSearch<>(model, most).search();
    }

    private Result search() {
        add(model.initial(), NOWHERE);
        int depth = 0;
        int level = 1;
        for (int state = 0; state < table.size() && violation == null; state++) {
            if (state == level) {
                depth++;
                level = table.size();
            }
            expand(state);
            if (table.size() > most) {
                throw new IllegalStateException("more than " + most + " states");
            }
        }
        if (violation == null) {
            findStuck();
        }
        return new Result(table.size(), depth, violation, violation == null ? List.of() : trace());
    }

    private int add(S state, int parent) {
        int known = table.size();
        int number = table.number(model.parts(state), Math.max(0, parent));
        if (number == known) {
            parents.add(parent);
            String wrong = model.violation(state);
            if (wrong != null && violation == null) {
                violation = wrong;
                violated = number;
            }
        }
        return number;
    }

    private void expand(int from) {
        firstEdges.add(edges.size());
        model.expand(state(from), new SearchModel.Successors<>() {
            @Override
            public void step(S next, Supplier<String> label) {
                edges.add(add(next, from));
            }

            @Override
            public void fault(S next, Supplier<String> label) {
                add(next, from);
            }
        });
    }

    private S state(int number) {
        return model.state(table.parts(number));
    }

    /** From the goals backwards: what is not met is stuck. */
    private void findStuck() {
        firstEdges.add(edges.size());
        boolean[] reaches = new Backwards(table.size(), firstEdges, edges).from(number -> model.goal(state(number)));
        for (int number = 0; number < reaches.length; number++) {
            if (!reaches[number]) {
                violation = "the goal cannot be reached any more";
                violated = number;
                return;
            }
        }
    }

    private List<String> trace() {
        List<Integer> way = new ArrayList<>();
        for (int number = violated; number != NOWHERE; number = parents.get(number)) {
            way.add(number);
        }
        Collections.reverse(way);
        List<String> steps = new ArrayList<>();
        for (int index = 1; index < way.size(); index++) {
            steps.add(label(way.get(index - 1), way.get(index)));
        }
        return steps;
    }

    private String label(int from, int to) {
        List<String> found = new ArrayList<>();
        model.expand(state(from), new SearchModel.Successors<>() {
            @Override
            public void step(S next, Supplier<String> label) {
                fault(next, label);
            }

            @Override
            public void fault(S next, Supplier<String> label) {
                if (table.number(model.parts(next), from) == to) {
                    found.add(label.get());
                }
            }
        });
        return found.get(0);
    }
}
