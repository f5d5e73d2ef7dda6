package io.qbull.app.coalesce;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.support.DefaultExchangeHolder;

/** Camel's exchanges as bytes. Reads no other classes than windows consist of, so bytes planted in Redis load nothing. */
final class ExchangeCodec {
    private static final ObjectInputFilter FILTER = ObjectInputFilter.Config.createFilter(
            Stream.<Class<?>>of(DefaultExchangeHolder.class, Window.class, LinkedHashMap.class, ArrayList.class)
                            .map(Class::getName)
                            .collect(Collectors.joining(";"))
                    + ";java.util.HashMap;java.util.Map$Entry;java.lang.*;!*");

    private ExchangeCodec() {}

    static byte[] write(DefaultExchangeHolder exchange) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(exchange);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * @throws IOException if the bytes are no exchange, or contain an object of another class
     */
    static DefaultExchangeHolder read(byte[] bytes) throws IOException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(FILTER);
            return (DefaultExchangeHolder) in.readObject();
        } catch (ClassNotFoundException | ClassCastException e) {
            throw new IOException("not an exchange", e);
        }
    }
}
