// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {CommonBase} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Base.sol";
import {RiskReading} from "../../../contracts/libraries/RiskReading.sol";
import {RiskWord} from "../../../contracts/libraries/RiskWord.sol";
import {BreakerMode, OracleStatus} from "../../../contracts/types/DeliveryTypes.sol";
import {RiskClass, RiskParams} from "../../../contracts/types/RiskTypes.sol";
import {Tally} from "../helpers/HandlerStats.sol";

/// @notice Runs steps against an oracle, counts them, and checks after each what every step must keep.
abstract contract OracleWatch is CommonBase {
    uint256 internal constant POSITIONS = 6;
    uint16 internal constant CLASS_ID = 1;
    bytes32 internal constant BUNDLE = keccak256("bundle");

    IRiskOracle internal _oracle;
    address internal _guardian;
    /// @dev Whoever deploys the handler is the manager's admin.
    address internal _dao = msg.sender;
    RiskClass internal _class;

    string[] private _actions;
    mapping(string action => uint128 count) private _tries;
    mapping(string action => uint128 count) private _successes;
    /// @notice First broken promise, empty while all hold.
    string public broken;
    /// @notice Outcome bytes returned, and entries sent, over all deliveries that were not held.
    uint256 public outcomesReturned;
    uint256 public entriesDelivered;

    constructor(IRiskOracle oracle, address guardian, RiskClass memory class) {
        (_oracle, _guardian, _class) = (oracle, guardian, class);
    }

    /// @notice Tries and successes of every action, in the order of their first tries.
    function tallies() external view returns (Tally[] memory list) {
        list = new Tally[](_actions.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = Tally(_actions[i], _tries[_actions[i]], _successes[_actions[i]]);
        }
    }

    /// @dev What the checks after an action compare with.
    struct Before {
        uint256[] words;
        OracleStatus status;
        uint64 epoch;
        uint16[] standing;
    }

    /// @dev Runs a step of this contract, counts it whether it fails or not, and checks what every step must keep.
    function _run(string memory action, bytes memory call) internal {
        Before memory before = Before(_words(), _oracle.status(), _oracle.lastEpoch(), _standing());
        (bool passed, ) = address(this).call(call);
        if (_tries[action]++ == 0) _actions.push(action);
        if (passed) ++_successes[action];
        if (_oracle.lastEpoch() < before.epoch) broken = "epoch fell";
        _checkWords(before);
    }

    function _source() internal view returns (address source) {
        return _oracle.sourceAt(0);
    }

    function _words() private view returns (uint256[] memory words) {
        uint256[] memory ids = new uint256[](POSITIONS);
        for (uint256 index = 0; index < POSITIONS; ++index) ids[index] = index + 1;
        return _oracle.positionWords(0, ids);
    }

    function _standing() private view returns (uint16[] memory rhos) {
        rhos = new uint16[](POSITIONS);
        for (uint256 id = 1; id <= POSITIONS; ++id) rhos[id - 1] = _oracle.getParams(_source(), id).rhoBps;
    }

    function _checkWords(Before memory before) private {
        uint256[] memory words = _words();
        OracleStatus memory status = _oracle.status();
        // The same halt throughout: a step may re-arm and halt again.
        bool stillHalted = status.mode == BreakerMode.HALTED && status.since == before.status.since;
        for (uint256 index = 0; index < POSITIONS; ++index) {
            (uint256 old, uint256 word) = (before.words[index], words[index]);
            // A source may raise an epoch at any time; what reports write stays.
            bool moved =
                RiskWord.rhoTargetOf(word) != RiskWord.rhoTargetOf(old) ||
                    RiskWord.piOf(word) != RiskWord.piOf(old) ||
                    RiskWord.observedAtOf(word) != RiskWord.observedAtOf(old);
            if (stillHalted && moved) broken = "a word moved while halted";
            if (RiskWord.observedAtOf(word) < RiskWord.observedAtOf(old)) broken = "an observation went back";
            _checkValues(word);
            RiskParams memory params = _oracle.getParams(_source(), index + 1);
            if (stillHalted && params.rhoBps != before.standing[index]) broken = "maintenance moved while halted";
            _checkBetween(word, params);
        }
    }

    /// @dev Bounds and linked rule of a scored value; defaults obey them by the class's own checks.
    function _checkValues(uint256 word) private {
        (uint256 rho, uint256 pi) = (RiskWord.rhoTargetOf(word), RiskWord.piOf(word));
        if (rho < _class.rhoFloorBps || rho > _class.rhoCeilingBps) broken = "rho left its bounds";
        if (pi < _class.piFloorBps || pi > _class.piCapBps) broken = "pi left its bounds";
        if (pi + _class.deltaBps > rho) broken = "linked rule";
    }

    /// @dev In force is never below where the ramp began nor above its end, but for a stale value on its way to the default.
    function _checkBetween(uint256 word, RiskParams memory params) private {
        uint256 top = RiskWord.rhoTargetOf(word);
        if (RiskReading.isStale(word, block.timestamp) && top < _class.rhoDefaultBps) top = _class.rhoDefaultBps;
        if (params.rhoBps > top) broken = "in force above its target";
        uint256 least = RiskWord.rhoFromOf(word) < top ? RiskWord.rhoFromOf(word) : RiskWord.rhoTargetOf(word);
        if (params.rhoBps < least && params.rhoBps != RiskWord.rhoCapOf(word)) broken = "in force below its ramp";
        if (params.piBps > RiskWord.piOf(word)) broken = "pi in force above the accepted one";
    }
}
