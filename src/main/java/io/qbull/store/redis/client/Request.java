package io.qbull.store.redis.client;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.netty.buffer.ByteBuf;
import io.qbull.store.redis.schema.Script;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A command that can be sent more than once. Immutable.
 *
 * @param type the command
 * @param args its arguments, which nobody changes
 */
public record Request(CommandType type, List<byte[]> args) {
    /**
     * @param type the command
     * @param args its arguments, sent as UTF-8
     */
    public static Request of(CommandType type, String... args) {
        return new Request(type, List.of()).with(List.of(args));
    }

    /**
     * @param more arguments to append
     * @return the longer command
     */
    Request with(List<String> more) {
        List<byte[]> all = new ArrayList<>(args.size() + more.size());
        all.addAll(args);
        more.forEach(each -> all.add(utf8(each)));
        return new Request(type, all);
    }

    /**
     * @throws IllegalArgumentException if the script takes another number of keys or arguments
     */
    static Request evalsha(Script script, List<String> keys, List<byte[]> args) {
        script.check(keys.size(), args.size());
        List<byte[]> all = new ArrayList<>(2 + keys.size() + args.size());
        all.add(utf8(script.sha()));
        all.add(utf8(Integer.toString(keys.size())));
        keys.forEach(key -> all.add(utf8(key)));
        all.addAll(args);
        return new Request(CommandType.EVALSHA, all);
    }

    /** The same command for a server that does not know the script yet, and then does. */
    Request withSource(Script script) {
        List<byte[]> all = new ArrayList<>(args);
        all.set(0, utf8(script.source()));
        return new Request(CommandType.EVAL, all);
    }

    /** The UTF-8 bytes of a text. */
    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Makes a new transmission of this command. */
    Transmission transmission() {
        CommandArgs<byte[], byte[]> all = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        args.forEach(all::add);
        return new Transmission(new Encoded(type, all));
    }

    /** A command under way. Records whether it was written. */
    static final class Transmission extends AsyncCommand<byte[], byte[], List<Object>> {
        private final Encoded command;

        Transmission(Encoded command) {
            super(command);
            this.command = command;
        }

        /** Whether the command was written to the socket, or may have been. */
        boolean encoded() {
            return command.encoded;
        }
    }

    private static final class Encoded extends Command<byte[], byte[], List<Object>> {
        private volatile boolean encoded;

        Encoded(CommandType type, CommandArgs<byte[], byte[]> args) {
            super(type, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), args);
        }

        @Override
        public void encode(ByteBuf buffer) {
            encoded = true;
            super.encode(buffer);
        }
    }
}
