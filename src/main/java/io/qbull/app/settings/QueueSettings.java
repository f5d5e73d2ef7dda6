package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.app.settings.ComponentOptions.Given;
import io.qbull.component.OptionMistake;
import io.qbull.ingest.record.FileText;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NearName;
import io.qbull.model.QueueName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads the settings of the queues: their names, what holds for all, and {@code qbull.queue.NAME.OPTION}. */
final class QueueSettings {
    private static final String KEY_HASH = "keyHash";

    private final SettingLookup lookup;

    QueueSettings(SettingLookup lookup) {
        this.lookup = lookup;
    }

    /**
     * @throws CliException for the first value that breaks its rule
     */
    AppSettings.Queues read() throws CliException {
        Map<QueueName, Map<String, String>> options = options();
        List<QueueName> names = names();
        Map<QueueName, FileText> texts = FileTexts.takeFrom(options);
        return new AppSettings.Queues(
                names,
                lookup.number(Setting.PARTITIONS, 1, Layout.MOST_PARTITIONS),
                lookup.numberOr("auto", Setting.PARTITIONS_PER_POD, 1, Layout.MOST_PARTITIONS),
                lookup.duration(Setting.LEASE_TTL),
                lookup.otherOptionsAsGiven(),
                options,
                texts);
    }

    /**
     * @return how the keys of a queue map to partitions
     * @throws CliException if the settings name an unknown way
     */
    KeyHash keyHash(QueueName queue) throws CliException {
        Optional<Given> own = options().getOrDefault(queue, Map.of()).entrySet().stream()
                .filter(option -> option.getKey().equals(KEY_HASH))
                .map(option -> new Given(Setting.QUEUE_PREFIX + queue + "." + option.getKey(), option.getValue()))
                .findFirst();
        Optional<Given> given = own.or(() -> lookup.option(KEY_HASH));
        String name = given.map(Given::value).orElse("xxh64");
        return Arrays.stream(KeyHash.values())
                .filter(hash -> hash.name().equalsIgnoreCase(name.replace('-', '_')))
                .findFirst()
                .orElseThrow(() -> CliException.setting(
                        given.map(Given::name).orElse(KEY_HASH), name, "must be xxh64 or qbull-python"));
    }

    private List<QueueName> names() throws CliException {
        List<QueueName> names = new ArrayList<>();
        for (String name : lookup.list(Setting.QUEUES)) {
            QueueName queue = SettingLookup.queueName(lookup.name(Setting.QUEUES), name);
            if (names.contains(queue)) {
                throw CliException.setting(lookup.name(Setting.QUEUES), name, "is listed twice");
            }
            names.add(queue);
        }
        if (names.isEmpty()) {
            throw CliException.setting(
                    lookup.name(Setting.QUEUES), lookup.value(Setting.QUEUES), "must name at least one queue");
        }
        return List.copyOf(names);
    }

    private Map<QueueName, Map<String, String>> options() throws CliException {
        Map<QueueName, Map<String, String>> options = new TreeMap<>();
        for (Map.Entry<String, String> entry : lookup.file().entrySet()) {
            String property = entry.getKey();
            if (property.startsWith(Setting.QUEUE_PREFIX)) {
                // A queue's name may contain dots, an option's does not.
                int dot = property.lastIndexOf('.');
                if (dot < Setting.QUEUE_PREFIX.length()) {
                    throw CliException.setting(
                            property, entry.getValue(), "must have the form qbull.queue.NAME.OPTION");
                }
                QueueName queue =
                        SettingLookup.queueName(property, property.substring(Setting.QUEUE_PREFIX.length(), dot));
                options.computeIfAbsent(queue, q -> new LinkedHashMap<>())
                        .put(
                                option(property, property.substring(dot + 1), entry.getValue()),
                                entry.getValue().strip());
            }
        }
        return options;
    }

    /** The option in its own spelling. */
    private static String option(String property, String name, String value) throws CliException {
        List<String> all = new ArrayList<>(OptionMistake.options());
        all.addAll(FileTexts.OPTIONS);
        return OptionMistake.option(name)
                .or(() -> FileTexts.option(name))
                .orElseThrow(() -> CliException.setting(
                        property,
                        OptionMistake.shown(value),
                        "is not an option of a queue"
                                + NearName.of(name, all)
                                        .map(near -> "; did you mean "
                                                + property.substring(0, property.length() - name.length()) + near + "?")
                                        .orElse("")));
    }
}
