package io.qbull.testing;

import java.util.function.IntPredicate;

/** Which states of a graph lead to others. */
final class Backwards {
    private final int states;
    private final int[] firsts;
    private final int[] sources;

    /**
     * @param states number of states
     * @param firstEdges of each state, where its edges begin; and where the last one's end
     * @param edges the state to which each edge leads
     */
    Backwards(int states, IntList firstEdges, IntList edges) {
        this.states = states;
        firsts = new int[states + 1];
        for (int edge = 0; edge < edges.size(); edge++) {
            firsts[edges.get(edge) + 1]++;
        }
        for (int state = 0; state < states; state++) {
            firsts[state + 1] += firsts[state];
        }
        sources = new int[edges.size()];
        int[] next = firsts.clone();
        for (int state = 0; state < states; state++) {
            for (int edge = firstEdges.get(state); edge < firstEdges.get(state + 1); edge++) {
                sources[next[edges.get(edge)]++] = state;
            }
        }
    }

    /**
     * @param goal a property of states
     * @return of each state, whether one with that property can be reached from it
     */
    boolean[] from(IntPredicate goal) {
        boolean[] reaches = new boolean[states];
        int[] open = new int[states];
        int count = 0;
        for (int state = 0; state < states; state++) {
            if (goal.test(state)) {
                reaches[state] = true;
                open[count++] = state;
            }
        }
        while (count > 0) {
            int state = open[--count];
            for (int edge = firsts[state]; edge < firsts[state + 1]; edge++) {
                int source = sources[edge];
                if (!reaches[source]) {
                    reaches[source] = true;
                    open[count++] = source;
                }
            }
        }
        return reaches;
    }
}
