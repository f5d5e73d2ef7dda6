package io.qbull.resize.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.testing.Size;
import io.qbull.testing.StateSearch;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every state of the protocol of a resize in small situations: jobs of a key run in order, none is lost, none twice, and from every
 * state the end can be reached. Each rule is needed: without it there is a counterexample.
 * {@code -Dqbull.size.resizeSearch.scenarios=} sets how many situations are searched, from small to large.
 */
class ResizeSearchTest {
    /** A guard against a model without an end. */
    private static final int MOST_STATES = 8_000_000;

    private static StateSearch.Result search(Scenario scenario) {
        StateSearch.Result result = StateSearch.of(new ResizeModel(scenario), MOST_STATES);
        System.out.println("resize, " + scenario.name + ": " + result);
        return result;
    }

    @Test
    void the_protocol_holds_in_every_state() {
        List<Scenario> scenarios = new ArrayList<>(Scenarios.small());
        int small = scenarios.size();
        scenarios.addAll(Scenarios.large());
        int states = 0;
        for (Scenario scenario : scenarios.subList(0, Size.of("resizeSearch.scenarios", small, scenarios.size()))) {
            StateSearch.Result result = search(scenario);
            assertThat(result.violation()).as("%s: %s", scenario.name, result).isNull();
            states += result.states();
        }
        assertThat(states).isGreaterThan(100_000);
    }

    static Stream<Scenario> mutants() {
        boolean all = Size.of("resizeSearch.slowMutants", 0, 1) > 0;
        return Stream.concat(Mutants.all().stream(), all ? Mutants.slow().stream() : Stream.empty());
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void a_rule_that_is_left_out_is_missed(Scenario mutant) {
        assertThat(search(mutant).violation()).as("%s", mutant.name).isNotNull();
    }

    @Test
    void each_rule_is_left_out_once() {
        Set<Flaw> flaws = EnumSet.noneOf(Flaw.class);
        Stream.concat(Mutants.all().stream(), Mutants.slow().stream()).forEach(mutant -> flaws.addAll(mutant.flaws));
        assertThat(flaws).isEqualTo(EnumSet.allOf(Flaw.class));
    }
}
