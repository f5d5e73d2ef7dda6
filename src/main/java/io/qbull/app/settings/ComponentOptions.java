package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.component.OptionMistake;
import io.qbull.component.QbullComponentConfigurer;
import io.qbull.model.NearName;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The options of the component in one place: {@code camel.component.qbull.OPTION} in the file, or
 * {@code CAMEL_COMPONENT_QBULL_OPTION} in the environment, in any spelling that Camel understands. Camel itself does not find the
 * names in the environment, since it looks for names in lower case.
 */
final class ComponentOptions {
    private static final String IN_FILE = "camel.component.qbull.";
    private static final String IN_ENVIRONMENT = "CAMEL_COMPONENT_QBULL_";
    private static final String NESTED = "configuration.";

    private final Map<String, Given> options;

    /**
     * @param name in the spelling of the person
     * @param value not empty
     */
    record Given(String name, String value) {
        /**
         * Refuses a contradiction. The message leaves out the values, because one may be secret.
         *
         * @param other the same option under another name; null if it is not given there
         */
        void refuseOther(@Nullable Given other) throws CliException {
            if (other != null && !other.value.equals(value)) {
                throw new CliException(
                        ExitCode.USAGE, name + " and " + other.name + " contradict each other: give only one of them");
            }
        }
    }

    private ComponentOptions(Map<String, Given> options) {
        this.options = Collections.unmodifiableMap(options);
    }

    static ComponentOptions inFile(Map<String, String> file) throws CliException {
        return of(file, IN_FILE);
    }

    static ComponentOptions inEnvironment(Map<String, String> environment) throws CliException {
        return of(environment, IN_ENVIRONMENT);
    }

    private static ComponentOptions of(Map<String, String> place, String prefix) throws CliException {
        Map<String, Given> options = new TreeMap<>();
        for (Map.Entry<String, String> entry : place.entrySet()) {
            String name = entry.getKey();
            String value = entry.getValue().strip();
            if (name.startsWith(prefix) && !value.isEmpty()) {
                requireOption(name, value, plain(name.substring(prefix.length())));
                Given given = new Given(name, value);
                given.refuseOther(options.put(plain(name.substring(prefix.length())), given));
            }
        }
        return new ComponentOptions(options);
    }

    /** The names of the component's options in the environment, in the spelling of the documentation. */
    static List<String> variables() {
        return OptionMistake.options().stream()
                .map(option ->
                        IN_ENVIRONMENT + option.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT))
                .toList();
    }

    static boolean isOne(String property) {
        return property.startsWith(IN_FILE);
    }

    Optional<Given> get(String option) {
        return Optional.ofNullable(options.get(plain(option)));
    }

    /**
     * @param weaker options from another place; they count where this place has none
     * @param excluded options to leave out
     * @return properties for Camel
     */
    Map<String, String> over(ComponentOptions weaker, Collection<String> excluded) {
        Map<String, String> properties = new TreeMap<>();
        allOver(weaker, excluded)
                .forEach((option, given) ->
                        properties.put(isOne(given.name()) ? given.name() : IN_FILE + option, given.value()));
        return properties;
    }

    /** As {@link #over}, but only options that endpoints have, and under the names that the person used. */
    Map<String, ComponentOption> asGivenOver(ComponentOptions weaker, Collection<String> excluded) {
        Map<String, ComponentOption> named = new TreeMap<>();
        allOver(weaker, excluded)
                .forEach((plain, given) -> OptionMistake.option(plain)
                        .ifPresent(option -> named.put(given.name(), new ComponentOption(option, given.value()))));
        return named;
    }

    private Map<String, Given> allOver(ComponentOptions weaker, Collection<String> excluded) {
        Map<String, Given> all = new TreeMap<>(weaker.options);
        all.putAll(options);
        excluded.forEach(option -> all.remove(plain(option)));
        return all;
    }

    /** Refuses an option that neither endpoints have nor the component alone. */
    private static void requireOption(String name, String value, String plain) throws CliException {
        if (new QbullComponentConfigurer().getOptionType(plain, true) == null) {
            List<String> known = name.startsWith(IN_FILE)
                    ? OptionMistake.options().stream().map(IN_FILE::concat).toList()
                    : variables();
            throw CliException.setting(
                    name, OptionMistake.shown(value), "is not an option of the component" + NearName.hint(name, known));
        }
    }

    private static String plain(String option) {
        String name = option.startsWith(NESTED) ? option.substring(NESTED.length()) : option;
        return name.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }
}
