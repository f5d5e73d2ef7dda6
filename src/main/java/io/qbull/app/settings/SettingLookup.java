package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.app.settings.ComponentOptions.Given;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds what was given for a setting. The environment is asked before the file, under every name that the setting has there; an empty
 * value counts as not given. Methods throw {@link CliException} for a value that breaks its rule, and for two names of a setting that
 * contradict each other in one place.
 */
final class SettingLookup {
    private static final Pattern SERVICE_LINK = Pattern.compile("(tcp|udp|sctp)://.*");

    private final Map<String, String> environment;
    private final Map<String, String> file;
    private final ComponentOptions environmentOptions;
    private final ComponentOptions fileOptions;

    /**
     * @param environment variables
     * @param file content of {@code config/application.properties}
     * @throws CliException if two spellings of one name contradict each other
     */
    SettingLookup(Map<String, String> environment, Map<String, String> file) throws CliException {
        this.environment = environment;
        this.file = file;
        this.environmentOptions = ComponentOptions.inEnvironment(environment);
        this.fileOptions = ComponentOptions.inFile(file);
    }

    Map<String, String> file() {
        return file;
    }

    /** An option of the component that is not a setting. */
    Optional<Given> option(String name) {
        return environmentOptions.get(name).or(() -> fileOptions.get(name));
    }

    /** Options of the component as properties for Camel, without those that are settings. */
    Map<String, String> otherOptions() {
        return environmentOptions.over(fileOptions, settings());
    }

    /** The same options of endpoints, by the names that the person used. */
    Map<String, ComponentOption> otherOptionsAsGiven() {
        return environmentOptions.asGivenOver(fileOptions, settings());
    }

    private static List<String> settings() {
        return Arrays.stream(Setting.values())
                .flatMap(setting -> setting.option().stream())
                .toList();
    }

    /**
     * @param setting its name, for the message
     */
    static QueueName queueName(String setting, String name) throws CliException {
        try {
            return new QueueName(name);
        } catch (IllegalArgumentException e) {
            throw CliException.setting(setting, Printable.of(name), "is wrong: " + e.getMessage());
        }
    }

    /**
     * A whole number in a range, or a word.
     *
     * @param word the word
     * @return the text as it is given
     */
    String numberOr(String word, Setting setting, int least, int most) throws CliException {
        String given = value(setting);
        if (given.equalsIgnoreCase(word)) {
            return word;
        }
        return Long.toString(wholeNumber(setting, word + " or ", least, most));
    }

    /** A whole number in a range. */
    int number(Setting setting, int least, int most) throws CliException {
        return (int) wholeNumber(setting, least, most);
    }

    /** A whole number in a range. */
    long wholeNumber(Setting setting, long least, long most) throws CliException {
        return wholeNumber(setting, "", least, most);
    }

    /**
     * @param or what else it may be, for the message
     */
    private long wholeNumber(Setting setting, String or, long least, long most) throws CliException {
        String given = value(setting);
        try {
            long number = Long.parseLong(given);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below, as a number out of range is.
        }
        String hint = SERVICE_LINK.matcher(given).matches()
                ? "; Kubernetes sets this variable for a Service of that name: give it another, or set enableServiceLinks: false"
                : "";
        throw CliException.setting(
                name(setting),
                Printable.of(given),
                "must be " + or + "a whole number between " + least + " and " + most + hint);
    }

    /** Items separated by commas. */
    List<String> list(Setting setting) throws CliException {
        return Arrays.stream(value(setting).split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .collect(Collectors.toList());
    }

    Duration duration(Setting setting) throws CliException {
        return Durations.read(name(setting), value(setting));
    }

    /** What was given, or the default. */
    String value(Setting setting) throws CliException {
        return given(setting).map(Given::value).orElse(setting.preset());
    }

    /** The name that the person used; the name in the environment if the setting is not given. */
    String name(Setting setting) throws CliException {
        return given(setting).map(Given::name).orElse(setting.variable());
    }

    private Optional<Given> given(Setting setting) throws CliException {
        Optional<Given> first = given(setting, environment, setting.variable(), environmentOptions);
        return first.isPresent() ? first : given(setting, file, setting.property(), fileOptions);
    }

    private static Optional<Given> given(
            Setting setting, Map<String, String> place, String name, ComponentOptions options) throws CliException {
        Optional<Given> option = setting.option().flatMap(options::get);
        String value = place.getOrDefault(name, "").strip();
        if (value.isEmpty()) {
            return option;
        }
        Given given = new Given(name, value);
        given.refuseOther(option.orElse(null));
        return Optional.of(given);
    }
}
