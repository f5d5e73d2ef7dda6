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
 * A command that can be sent more than once.
 *
 * @param type the command
 * @param args its arguments
 */
public record Request(CommandType type, List<byte[]> args) {
    public static Request of(CommandType type, String... args) {
        List<byte[]> bytes = new ArrayList<>(args.length);
        for (String arg : args) {
            bytes.add(utf8(arg));
        }
        return new Request(type, bytes);
    }

    static Request evalsha(Script script, List<String> keys, List<byte[]> args) {
        script.check(keys.size(), args.size());
        List<byte[]> all = new ArrayList<>(2 + keys.size() + args.size());
        all.add(utf8(script.sha()));
        all.add(utf8(Integer.toString(keys.size())));
        keys.forEach(key -> all.add(utf8(key)));
        all.addAll(args);
        return new Request(CommandType.EVALSHA, all);
    }

    /** The same call for a server that does not know the script yet; it knows it afterwards. */
    Request withSource(Script script) {
        List<byte[]> all = new ArrayList<>(args);
        all.set(0, utf8(script.source()));
        return new Request(CommandType.EVAL, all);
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** One transmission of this request. */
    Transmission transmission() {
        CommandArgs<byte[], byte[]> all = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        args.forEach(all::add);
        return new Transmission(new Encoded(type, all));
    }

    /** A command under way, which knows whether it has left. */
    static final class Transmission extends AsyncCommand<byte[], byte[], List<Object>> {
        private final Encoded command;

        Transmission(Encoded command) {
            super(command);
            this.command = command;
        }

        /** Whether the command was written, or may have been. */
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
