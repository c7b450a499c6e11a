# mypy: ignore-errors
# ruff: noqa: PLC0415
"""A chat against a stubbed transport, a chain of fakes, traced spans, tokens, a graph run."""

import json
import sys


def prepare() -> None:
    import langchain_core.runnables
    import pydantic

    assert all((langchain_core.runnables, pydantic))


def with_openai() -> None:
    import httpx
    import openai
    from pydantic import BaseModel

    class City(BaseModel):
        name: str

    def answer(_: httpx.Request) -> httpx.Response:
        message = {"role": "assistant", "content": json.dumps({"name": "Oslo"})}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
        return httpx.Response(200, json={**body, "choices": [choice]})

    transport = httpx.Client(transport=httpx.MockTransport(answer))
    try:
        client = openai.OpenAI(api_key="k", http_client=transport)
    except TypeError:
        # Newer clients want another library's transport; theirs is tested by its own import.
        client = openai.OpenAI(api_key="k")
        assert client.chat.completions
        return
    asked = [{"role": "user", "content": "where?"}]
    made = client.chat.completions.parse(model="m", messages=asked, response_format=City)
    assert made.choices[0].message.parsed.name == "Oslo"


def with_langchain() -> None:
    from langchain.agents import create_agent
    from langchain_core.language_models.fake_chat_models import FakeListChatModel
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_openai import ChatOpenAI

    model = FakeListChatModel(responses=["four"])
    chain = ChatPromptTemplate.from_template("{n}?") | model | StrOutputParser()
    assert chain.invoke({"n": "2+2"}) == "four"
    assert chain.get_graph().draw_mermaid()
    agent = create_agent(model, tools=[])
    assert agent.invoke({"messages": [("user", "hi")]})["messages"][-1].content == "four"
    assert ChatOpenAI(api_key="k", model="gpt-4o").model_name == "gpt-4o"


def with_traces() -> None:
    import tiktoken
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from pydantic_settings import BaseSettings

    spans = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource.create({"service.name": "corpus"}))
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(provider)
    with trace.get_tracer("corpus").start_as_current_span("work"):
        pass
    assert encode_spans(spans.get_finished_spans()).SerializeToString()
    assert OTLPSpanExporter(insecure=True)
    HTTPXClientInstrumentor().instrument()
    ranks = {bytes([value]): value for value in range(256)}
    encoding = tiktoken.Encoding(
        "tiny", pat_str=r"\w+|\W", mergeable_ranks=ranks, special_tokens={}
    )
    assert encoding.decode(encoding.encode("tokens")) == "tokens"
    assert "cl100k_base" in tiktoken.list_encoding_names()

    class Settings(BaseSettings):
        port: int = 8000

    assert Settings().port == 8000


def main() -> None:
    with_openai()
    with_langchain()
    with_traces()
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()
