"""google-genai: function declarations in its own schema type, for requests and for answers."""

from google.genai import types
from report import run
from wire import all_tools, session


async def check(report, kind, target):
    async with session(kind, target) as opened:
        tools = await all_tools(opened)
    report.expect("tools", tools, tools)

    def parameters(tool):
        made = types.FunctionDeclaration(
            name=tool.name, description=tool.description, parameters=tool.inputSchema)
        faithful(made.parameters, tool.inputSchema)

    def response(tool):
        # fastmcp's mark of a wrapped answer; its clients before 3.2 look for it nowhere else.
        schema = {k: v for k, v in tool.outputSchema.items() if k != "x-fastmcp-wrap-result"}
        made = types.FunctionDeclaration(name=tool.name, response=schema)
        faithful(made.response, schema, typed=False)

    report.each("parameters", [(tool.name, tool) for tool in tools], parameters)
    report.each("response", [(tool.name, tool) for tool in tools if tool.outputSchema], response)


def faithful(made, schema, path="", typed=True):
    """What the service behind the library demands of a declaration, and the library does not.

    An answer's value that may be null has no type, as there is no other way to say it.
    """
    kinds = set(types.Type.__members__) - {"TYPE_UNSPECIFIED", "NULL"}
    if typed and made.type is None and not made.any_of:
        raise ValueError(f"{path or 'the root'} has no type")
    if made.type is not None and made.type.name not in kinds:
        raise ValueError(f"{path or 'the root'} is of type {made.type.name}")
    if made.any_of and made.type is not None:
        raise ValueError(f"{path or 'the root'} has anyOf beside a type")
    if made.type == types.Type.ARRAY and made.items is None:
        raise ValueError(f"{path} is an array without items")
    if made.enum and (made.type != types.Type.STRING or "" in made.enum):
        raise ValueError(f"{path} has an enum of something other than text")
    if made.properties is not None and made.type != types.Type.OBJECT:
        raise ValueError(f"{path} has properties and is no object")
    if set(made.required or []) - set(made.properties or {}):
        raise ValueError(f"{path or 'the root'} requires what it does not describe")
    if made.additional_properties is not None:
        raise ValueError(f"{path or 'the root'} has additionalProperties")
    if set(made.properties or {}) != set(schema.get("properties") or {}):
        raise ValueError(f"{path or 'the root'} lost properties")
    for name, inner in (made.properties or {}).items():
        faithful(inner, schema["properties"][name], f"{path}/{name}", typed)
    if made.items is not None:
        faithful(made.items, schema["items"], f"{path}/items", typed)


run(check)
