// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVault} from "../../../contracts/interfaces/IOptionVault.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MarginMath, Payoff} from "../../../contracts/libraries/MarginMath.sol";
import {Series, SeriesId} from "../../../contracts/libraries/SeriesId.sol";
import {RiskWord} from "../../../contracts/libraries/RiskWord.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";
import {SignerRegistry} from "../../../contracts/registry/SignerRegistry.sol";
import {BreakerMode} from "../../../contracts/types/DeliveryTypes.sol";
import {RiskParams} from "../../../contracts/types/RiskTypes.sol";
import {CountingHandler} from "../fund/CountingHandler.sol";
import {ReportSigner} from "../helpers/ReportSigner.sol";

/// @notice What the handler acts on.
struct RiskWorld {
    IOptionVault vault;
    IRiskOracle risk;
    SignerRegistry signers;
    PhasedTestFeed feed;
    address[3] actors;
    uint256[2] seriesIds;
    address governor;
}

/// @notice A position at one moment, at the price of the moment whether or not the feed still shows it.
struct Snap {
    bool active;
    bool healthy;
    address owner;
    uint128 sizeE8;
    uint128 collateral;
    uint256 rho;
    uint256 pi;
    uint256 word;
}

/// @title What the handler on the real oracle sees, and what it holds every call to
abstract contract RiskHandlerBase is CountingHandler, ReportSigner {
    uint256 internal constant DELTA_MAX = 2_000;
    uint256 internal constant FLOOR = 300;
    uint256 internal constant CEILING = 9_000;
    uint256 internal constant DEFAULT = 3_000;
    uint256 internal constant PI_DEFAULT = 1_000;
    uint256 internal constant MOST_POSITIONS = 6;

    RiskWorld internal _w;
    uint64 public priceE8 = 60_000e8;
    /// @notice First rule that a call has broken.
    string public broken;
    /// @notice ρ from which Δ_max of a position counts.
    mapping(uint256 id => uint256 rho) internal _openRho;
    /// @notice π when the position was last flagged.
    mapping(uint256 id => uint256 pi) internal _flagPi;
    mapping(uint256 id => uint256 sec) internal _riskAt;

    constructor(RiskWorld memory world) {
        _w = world;
        (risk, _signers) = (world.risk, world.signers);
    }

    function _snap(uint256 id) internal view returns (Snap memory snap) {
        IPositionSource.PositionView memory p = _w.vault.describePosition(id);
        if (!p.active) return snap;
        (snap.active, snap.owner, snap.sizeE8, snap.collateral) = (true, p.owner, p.sizeE8, p.collateral);
        (snap.rho, snap.pi, ) = risk.maintenanceParams(address(_w.vault), id);
        snap.word = risk.positionWord(0, id);
        snap.healthy = _health(p, snap.rho) >= 1e18;
    }

    function _snaps() internal view returns (Snap[] memory snaps) {
        snaps = new Snap[](_w.vault.positionCount() + 1);
        for (uint256 id = 1; id < snaps.length; ++id) snaps[id] = _snap(id);
    }

    function _payoff(uint256 seriesId) internal view returns (Payoff memory payoff) {
        Series memory series = SeriesId.decode(seriesId);
        return MarginMath.payoffAt(series.isPut, series.strikeE8, priceE8, series.isPut ? 6 : 8);
    }

    function _health(IPositionSource.PositionView memory p, uint256 rho) internal view returns (int256 healthWad) {
        return MarginMath.healthWadDown(_payoff(p.seriesId), p.sizeE8, p.collateral, rho);
    }

    /// @dev Invariants 12, 13, 15, 17 and 25 over all positions, after any action. `mayFall` is the position whose owner
    /// acts, or that the action brings into distress itself, where it checks health on its own.
    function _check(Snap[] memory before, bool isPassing, uint256 mayFall) internal {
        for (uint256 id = 1; id < before.length; ++id) {
            Snap memory now_ = _snap(id);
            if (!now_.active) {
                _require(!before[id].active || !before[id].healthy || id == mayFall, "25 a healthy position vanished");
                continue;
            }
            _checkBounds(id, now_);
            if (!before[id].active) continue;
            bool lost = now_.collateral < before[id].collateral;
            _require(!lost || !before[id].healthy || id == mayFall, "25 a healthy position lost collateral");
            if (!isPassing) continue;
            _require(now_.rho >= before[id].rho, "15 time lowered rho");
            _require(now_.word == before[id].word, "15 time changed a word");
        }
    }

    function _checkBounds(uint256 id, Snap memory snap) private {
        RiskParams memory params = risk.getParams(address(_w.vault), id);
        _require(params.rhoBps == snap.rho && params.piBps == snap.pi, "12 two readings differ");
        _require(snap.rho >= FLOOR && snap.rho <= 10_000, "12 rho outside its bounds");
        _require(snap.rho <= _cap(id, snap.word), "12 rho above its cap since opening");
        _require(params.rhoTargetBps >= FLOOR && params.rhoTargetBps <= CEILING, "12 target outside its bounds");
        _require(snap.pi + 100 <= snap.rho, "12 the linked rule is broken");
        _require(snap.pi <= RiskWord.piOf(snap.word), "15 pi above the signed one");
        _require(params.rhoInitialBps >= params.rhoTargetBps, "17 initial rho below the target");
        bool isStale = RiskWord.isScored(snap.word) && block.timestamp >= params.validUntil;
        _require(!isStale || snap.pi <= PI_DEFAULT || _isHalted(), "15 silence kept a high pi");
    }

    /// @dev Of a position without a score ρ is the default.
    function _cap(uint256 id, uint256 word) internal view returns (uint256 cap) {
        if (!RiskWord.isScored(word)) return DEFAULT;
        cap = _openRho[id] + DELTA_MAX;
        return cap < 10_000 ? cap : 10_000;
    }

    function _isHalted() internal view returns (bool halted) {
        return risk.status().mode == BreakerMode.HALTED;
    }

    /// @dev Hostile: anything, or the worst step; honest: small moves about the target.
    function _entryFor(uint256 id, uint256 word, uint256 seed, bool isHostile) internal pure returns (bytes memory) {
        uint256 target = RiskWord.rhoTargetOf(word);
        uint256 pi = RiskWord.piOf(word);
        uint16 epoch = uint16(RiskWord.epochOf(word));
        if (!isHostile) {
            target = Math.max(400, target + (seed % 200)) - 100;
            return _entry(id, epoch, uint16(target), uint16(Math.min(pi, target - 100)));
        }
        if (seed % 4 == 0) return _entry(id, epoch, uint16((seed >> 8) % 10_500), uint16((seed >> 32) % 5_000));
        if (seed % 4 == 1) return _entry(id, epoch, uint16(target + 300), uint16(pi + 100));
        if (seed % 4 == 2) return _entry(id, epoch, uint16(Math.max(target, 450) - 150), uint16(Math.min(pi, 200)));
        return _entry(id, epoch + 1, uint16(seed % 2 == 0 ? CEILING : FLOOR), 100);
    }

    /// @dev The first active position at or after the drawn one that some plausible price brings into distress.
    function _pickForDistress(uint256 seed) internal view returns (uint256 id) {
        uint256 count = _w.vault.positionCount();
        for (uint256 i = 0; i < count; ++i) {
            id = 1 + (((seed % count) + i) % count);
            if (_w.vault.describePosition(id).active && _distressPrice(id) != 0) return id;
        }
        return 0;
    }

    /// @dev A price at which health lies between 0 and 1, a third of the way from the liquidation price to insolvency; 0 for
    /// positions with (nearly) full collateral.
    function _distressPrice(uint256 id) internal view returns (uint256 price) {
        IPositionSource.PositionView memory p = _w.vault.describePosition(id);
        (uint256 rho, , ) = risk.maintenanceParams(address(_w.vault), id);
        bool isPut = p.seriesId & 1 == 1;
        uint256 strike = uint64(p.seriesId >> 41);
        uint8 decimals = isPut ? 6 : 8;
        uint256 edge = MarginMath.lastHealthyPriceE8(isPut, strike, decimals, p.sizeE8, p.collateral, rho);
        uint256 broke = MarginMath.lastHealthyPriceE8(isPut, strike, decimals, p.sizeE8, p.collateral, 0);
        if (edge == 0 || edge > 9_000_000e8 || broke > 9_000_000e8) return 0;
        price = isPut ? edge - (edge - broke) / 3 - 1 : edge + (broke - edge) / 3 + 1;
        return price < 1e8 ? 0 : price;
    }

    /// @dev Moves the price there.
    function _distress(uint256 id) internal {
        uint256 price = _distressPrice(id);
        if (price != 0) priceE8 = uint64(price);
        _refresh();
    }

    function _isFlagLive(uint256 id) internal view returns (bool isLive) {
        uint256 flaggedAt = _w.vault.describePosition(id).flaggedAt;
        bool isOld = block.timestamp > flaggedAt + 12 hours;
        return flaggedAt != 0 && !isOld && flaggedAt >= _w.vault.pauseState().liquidationUntil;
    }

    /// @dev The first active position at or after the drawn one.
    function _pick(uint256 seed) internal view returns (uint256 id, IPositionSource.PositionView memory position) {
        uint256 count = _w.vault.positionCount();
        for (uint256 i = 0; i < count; ++i) {
            id = 1 + (((seed % count) + i) % count);
            position = _w.vault.describePosition(id);
            if (position.active) return (id, position);
        }
        return (0, position);
    }

    function _activeCount() internal view returns (uint256 count) {
        for (uint256 id = 1; id <= _w.vault.positionCount(); ++id) {
            if (_w.vault.describePosition(id).active) ++count;
        }
    }

    function _refresh() internal {
        _w.feed.push(int192(uint192(priceE8)), uint64(block.timestamp));
    }

    function _pass(uint256 sec) internal {
        vm.warp(block.timestamp + sec);
    }

    function _require(bool holds, string memory rule) internal {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }
}
