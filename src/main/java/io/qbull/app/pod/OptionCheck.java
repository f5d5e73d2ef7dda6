package io.qbull.app.pod;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.settings.ComponentOption;
import io.qbull.component.OptionMistake;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;

/** Tries options of the component by making endpoints with them, which are not used. */
final class OptionCheck {
    private final CamelContext context;

    OptionCheck(CamelContext context) {
        this.context = context;
    }

    /**
     * @param given options that hold besides, and were accepted
     * @param tried options to try, by the name that the person used
     * @throws CliException for the first option that is wrong by itself; for all of them if only they together are
     */
    void refuseWrong(Map<String, ComponentOption> given, Map<String, ComponentOption> tried) throws CliException {
        Optional<String> together = mistake(given, tried);
        if (together.isEmpty()) {
            return;
        }
        for (Map.Entry<String, ComponentOption> each : tried.entrySet()) {
            ComponentOption option = each.getValue();
            String start = option.name() + " (";
            Optional<String> alone =
                    mistake(given, Map.of(each.getKey(), option)).filter(said -> said.startsWith(start));
            if (alone.isPresent()) {
                throw CliException.setting(
                        each.getKey(),
                        OptionMistake.shown(option.value()),
                        alone.get().replaceFirst("^\\w+ \\([^)]*\\) ", ""));
            }
        }
        throw new CliException(ExitCode.USAGE, names(tried, together.get()) + ": " + together.get());
    }

    /** The options that a message is about, by the names that the person used. */
    private static String names(Map<String, ComponentOption> tried, String message) {
        return tried.entrySet().stream()
                .filter(each -> message.matches("(?s).*\\b" + each.getValue().name() + "\\b.*"))
                .map(each -> each.getKey() + " ("
                        + OptionMistake.shown(each.getValue().value()) + ")")
                .collect(Collectors.joining(" and "));
    }

    private Optional<String> mistake(Map<String, ComponentOption> given, Map<String, ComponentOption> tried) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        given.values().forEach(option -> parameters.put(option.name(), option.value()));
        tried.values().forEach(option -> parameters.put(option.name(), option.value()));
        try {
            context.getComponent("qbull").createEndpoint("qbull:CHECK", parameters);
            return Optional.empty();
        } catch (Exception e) {
            // What the component says about an option: neither Camel's wrapping around it nor the conversion inside it.
            Throwable said = e;
            while (!(said instanceof IllegalArgumentException) && said.getCause() != null) {
                said = said.getCause();
            }
            return Optional.of(String.valueOf(said.getMessage()));
        }
    }
}
