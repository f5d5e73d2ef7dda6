package io.qbull.testing;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A system with finitely many states, for {@link StateSearch}.
 *
 * @param <S> an immutable state
 */
public interface SearchModel<S> {
    /**
     * Where a model puts what may follow a state.
     *
     * @param <S> a state
     */
    interface Successors<S> {
        /**
         * @param next a state that follows
         * @param label what happens
         */
        void step(S next, Supplier<String> label);

        /**
         * @param next a state that follows if something goes wrong; the goal must be reachable without that
         * @param label what happens
         */
        void fault(S next, Supplier<String> label);
    }

    /**
     * @return where the search begins
     */
    S initial();

    /**
     * @param state a state
     * @param successors gets each state that may be next
     */
    void expand(S state, Successors<S> successors);

    /**
     * @param state a state
     * @return what is wrong with it; null if nothing is
     */
    @Nullable
    String violation(S state);

    /**
     * @param state a state
     * @return whether all is done in it
     */
    boolean goal(S state);

    /**
     * @param state a state
     * @return its parts, always as many: states with equal parts are equal. Parts that many states share are kept once
     */
    List<Object> parts(S state);

    /**
     * @param parts the parts of a state
     * @return the state
     */
    S state(List<Object> parts);
}
