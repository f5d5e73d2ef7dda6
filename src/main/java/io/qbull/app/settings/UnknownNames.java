package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.component.OptionMistake;
import io.qbull.model.NearName;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Refuses names that look like those of settings and are none: a misspelt setting would be ignored without a word. */
final class UnknownNames {
    private static final Pattern OURS = Pattern.compile("(?i)qbull([._-].*)?");
    private static final String REFERENCE = "; docs/settings.md lists all settings";

    /** What Kubernetes and Docker set for a service called qbull. */
    private static final Pattern SERVICE =
            Pattern.compile("QBULL_(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT_\\d+_(TCP|UDP|SCTP)(_\\w+)?)");

    private static final Pattern SERVICE_URL = Pattern.compile("(tcp|udp|sctp)://.*");

    /** Variables of the tests, which run the program too. */
    private static final Pattern OF_TESTS = Pattern.compile("QBULL_TEST_\\w+|QBULL_PYTHON");

    /** Properties of the JVM of the tests, in which some of them run the program. */
    private static final Pattern PROPERTY_OF_TESTS =
            Pattern.compile("qbull\\.(fork|patience|acceptance|build\\.directory|(size|chaos)\\..+)");

    /** What the launcher and the logging configuration set. */
    private static final Set<String> SYSTEM_PROPERTIES = Set.of("qbull.home", "qbull.log.target", "qbull.log.level");

    /** Options of a component; Camel takes any name for that of a component which may come. */
    private static final Pattern COMPONENT =
            Pattern.compile("(camel\\.component\\.|CAMEL_COMPONENT_)([A-Za-z]+)([._].+)");

    private static final List<String> VARIABLES =
            Arrays.stream(Setting.values()).map(Setting::variable).toList();
    private static final List<String> PROPERTIES =
            Arrays.stream(Setting.values()).map(Setting::property).toList();

    private UnknownNames() {}

    static void check(Map<String, String> environment, Map<String, String> file) throws CliException {
        for (Map.Entry<String, String> entry : new TreeMap<>(environment).entrySet()) {
            String value = entry.getValue().strip();
            // An empty value counts as unset.
            if (!value.isEmpty() && !isKnownVariable(entry.getKey(), value)) {
                refuseNear(entry.getKey(), value, VARIABLES, environment.keySet());
            }
        }
        for (Map.Entry<String, String> entry : new TreeMap<>(file).entrySet()) {
            String name = entry.getKey();
            if (!PROPERTIES.contains(name) && !name.startsWith(Setting.QUEUE_PREFIX)) {
                refuseVariable(name, entry.getValue(), file.keySet());
                refuseNear(name, entry.getValue(), PROPERTIES, file.keySet());
            }
        }
    }

    /** The program has no settings there, so that each name of ours is a mistake. */
    static void checkSystemProperties(Collection<String> names) throws CliException {
        for (String name : names) {
            boolean known = SYSTEM_PROPERTIES.contains(name)
                    || PROPERTY_OF_TESTS.matcher(name).matches();
            if (name.startsWith(Setting.PREFIX) && !known) {
                throw new CliException(
                        ExitCode.USAGE,
                        "-D" + name
                                + " is not read: settings stand in config/application.properties or in the environment"
                                + NearName.of(name, PROPERTIES)
                                        .flatMap(Setting::ofProperty)
                                        .map(setting -> "; did you mean " + setting.variable() + "?")
                                        .orElse(""));
            }
        }
    }

    private static boolean isKnownVariable(String name, String value) {
        return VARIABLES.contains(name)
                || OF_TESTS.matcher(name).matches()
                || SERVICE.matcher(name).matches()
                || (name.endsWith("_PORT") && SERVICE_URL.matcher(value).matches());
    }

    /** The name of a variable does nothing in the file. */
    private static void refuseVariable(String name, String value, Set<String> given) throws CliException {
        Optional<Setting> meant = Arrays.stream(Setting.values())
                .filter(setting -> setting.variable().equalsIgnoreCase(name) && !given.contains(setting.property()))
                .findFirst();
        if (meant.isPresent()) {
            throw refusal(
                    name,
                    value,
                    meant.get(),
                    "is the name for the environment; in the file it is "
                            + meant.get().property());
        }
    }

    /**
     * Refuses each name of ours. Any other is refused only if it is one slip away from a setting that is not given: it may belong to
     * another program.
     */
    private static void refuseNear(String name, String value, List<String> known, Set<String> given)
            throws CliException {
        Matcher component = COMPONENT.matcher(name);
        if (component.matches()
                && !component.group(2).equalsIgnoreCase("qbull")
                && NearName.isOneSlip(component.group(2), "qbull")) {
            String meant = component.group(2).equals(component.group(2).toUpperCase(Locale.ROOT)) ? "QBULL" : "qbull";
            throw refusal(
                    name,
                    value,
                    null,
                    "is not a setting; did you mean " + component.group(1) + meant + component.group(3) + "?");
        }
        boolean ours = OURS.matcher(name).matches();
        Optional<String> near = ours ? NearName.of(name, known) : NearName.oneSlipAway(name, known);
        if (ours || (near.isPresent() && !given.contains(near.get()))) {
            Setting meant = near.flatMap(UnknownNames::settingOf).orElse(null);
            throw refusal(
                    name,
                    value,
                    meant,
                    "is not a setting"
                            + near.map(each -> "; did you mean " + each + "?").orElse(REFERENCE));
        }
    }

    private static Optional<Setting> settingOf(String name) {
        return Arrays.stream(Setting.values())
                .filter(setting ->
                        setting.variable().equals(name) || setting.property().equals(name))
                .findFirst();
    }

    /** Leaves out the value if a secret may be meant. */
    private static CliException refusal(String name, String value, @Nullable Setting meant, String rule) {
        boolean secret = meant == Setting.TOKEN || meant == Setting.REDIS_URL || meant == Setting.WEBHOOK_URL;
        return CliException.setting(name, secret ? "…" : OptionMistake.shown(value), rule);
    }
}
