"""Words for codes that pages show and no other table of the program names."""

from __future__ import annotations

from collections.abc import Sequence

from models.labels import Label, intents, outcomes, topics
from service.accounts.principal import AT_THE_MACHINE
from service.cases.in_force import is_imported
from service.report.figures.naming import load_naming

ACTIONS = {
    "case.register": "登记",
    "case.change": "修改案件",
    "case.assign": "标注",
    "case.assign_items": "逐项标注结果",
    "case.unassign": "撤回标注",
    "case.event": "登记事项",
    "case.event_withdraw": "撤回事项",
    "case.view": "查看",
    "case.export": "导出案件",
    "review.export": "导出复核过的件",
    "case.split": "拆分事项",
    "case.reply": "登记答复",
    "import.start": "导入文件",
    "import.finish": "导入完成",
    "import.restart": "重新对应各列",
    "import.rejects": "取没读进来的行",
    "session.open": "登录",
    "session.close": "退出",
    "session.refuse": "登录失败",
    "user.create": "新增人员",
    "user.reset": "重置密码",
    "user.change_password": "改密码",
    "user.role": "改角色",
    "user.rename": "改姓名",
    "user.disable": "停用人员",
    "user.enable": "启用人员",
    "key.create": "新建密钥",
    "key.revoke": "停用密钥",
    "figure.enter": "填报数字",
    "draft.save": "存年报一版",
    "draft.export": "导出年报",
    "model.use": "切换模型",
    "model.train": "训练模型",
    "case.repeat": "标为重复",
    "backup.create": "备份",
    "database.backup": "备份",
    "database.restore": "恢复备份",
    "job.create": "新建作业",
    "job.cancel": "取消作业",
    "job.resume": "继续作业",
    "job.fetch": "取作业结果",
}

APPLICANTS = {
    "natural": "自然人",
    "commercial": "商业企业",
    "research": "科研机构",
    "social": "社会公益组织",
    "legal": "法律服务机构",
    "other": "其他",
}
UNKNOWN = "未知"


def label_name(code: str, layer: str) -> str:
    """Chinese name of a label; of an unknown code the code itself, of none a dash."""
    if not code:
        return "—"
    known = {"topic": topics, "subtopic": topics, "intent": intents, "outcome": outcomes}[layer]()
    return known[code].name if code in known else code


def channel_name(code: str) -> str:
    """Name of a channel; blank where it is not known."""
    return load_naming().channel_names.get(code, code)


def decider(assigned_by: str) -> str:
    """Who acted, as pages name it: a person, a register, the command line, a job or a program."""
    if is_imported(assigned_by):
        return "登记表"
    kind, colon, rest = assigned_by.partition(":")
    if not colon:
        return AT_THE_MACHINE.display_name if assigned_by == AT_THE_MACHINE.name else assigned_by
    named = {
        "cli": "命令行", "job": "作业", "key": f"接口密钥 {rest}", "model": f"模型 {rest}",
    }  # fmt: skip
    return named.get(kind, assigned_by)


def choices(layer: str) -> list[tuple[str, str]]:
    """Codes and names that a person may choose in a layer, in the order of the label set."""
    known: dict[str, Sequence[Label]] = {
        "topic": topics().roots,
        "subtopic": topics().leaves,
        "intent": tuple(intents()),
        "outcome": outcomes().decided,
    }
    return [(label.code, label.name) for label in known[layer]]
